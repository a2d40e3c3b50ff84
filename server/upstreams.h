// The ways to the upstreams, and the services that use them.
#ifndef SERVER_UPSTREAMS_H_
#define SERVER_UPSTREAMS_H_

#include <spdlog/logger.h>

#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "server/call/ended_attempt.h"
#include "server/call/kept_replies.h"
#include "server/call/metrics.h"
#include "server/config/settings.h"
#include "server/finpay/service.h"
#include "server/upstream/curl_loop.h"
#include "server/widekyc/service.h"

namespace kyc {

// Owned by the gateway, used by main's thread; the services themselves are thread-safe. Destroyed,
// it ends every call to an upstream.
class Upstreams {
 public:
  // The services of the blocks that are present. `metrics` and `kept` outlive them and their calls;
  // without `kept` no unreadable reply is kept. `on_attempt` is told of each request to an
  // upstream.
  static absl::StatusOr<std::unique_ptr<Upstreams>> Make(const config::Settings& settings,
                                                         Metrics& metrics, KeptReplies* kept,
                                                         OnAttempt on_attempt,
                                                         std::shared_ptr<spdlog::logger> log);

  // Null where the block is absent.
  const finpay::UpgradeAccountService* finpay() const { return finpay_.get(); }
  const widekyc::WideKycService* widekyc() const { return widekyc_.get(); }

  // Reads the secrets of `from` for calls that start later. What may fail happens now; the function
  // that is returned takes them into use, and cannot fail.
  absl::StatusOr<absl::AnyInvocable<void() &&>> ReadSecrets(const config::Settings& from);

 private:
  Upstreams(Metrics& metrics, KeptReplies* kept, OnAttempt on_attempt,
            std::shared_ptr<spdlog::logger> log)
      : metrics_(metrics), kept_(kept), on_attempt_(std::move(on_attempt)), log_(std::move(log)) {}

  absl::Status MakeAll(const config::Settings& settings);
  void MakeWideKyc(const config::WideKyc& from, int64_t max_image_bytes);
  absl::Status MakeFinpay(const config::Finpay& from, int64_t max_image_bytes);
  upstream::SendHttp WayTo(const config::Upstream& how, const std::string& upstream,
                           const std::string& account);

  Metrics& metrics_;
  KeptReplies* const kept_;
  const OnAttempt on_attempt_;
  const std::shared_ptr<spdlog::logger> log_;
  std::unique_ptr<upstream::CurlLoop> curl_;
  std::unique_ptr<finpay::UpgradeAccountService> finpay_;
  std::unique_ptr<widekyc::WideKycService> widekyc_;
};

}  // namespace kyc

#endif  // SERVER_UPSTREAMS_H_
