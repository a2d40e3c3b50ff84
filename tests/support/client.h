// A caller of the gateway.
#ifndef TESTS_SUPPORT_CLIENT_H_
#define TESTS_SUPPORT_CLIENT_H_

#include <grpcpp/channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "finpay/linkage/v1/linkage.pb.h"
#include "tests/support/child_process.h"
#include "tests/support/error_view.h"
#include "widekyc/v1/widekyc.pb.h"

namespace kyc::tests {

// Everything that the gateway said in errors, as bytes. Thread-safe.
class Transcript {
 public:
  // Reads the status too. An error of a form that no error of the gateway may have fails the test.
  ErrorView Add(const grpc::Status& status);
  std::string Text() const;

 private:
  mutable std::mutex mutex_;
  std::string text_;  // Guarded by mutex_.
};

struct CallOptions {
  absl::Duration deadline = kPatience;
  std::map<std::string, std::string> headers = {};
  bool compress = false;
};

// What a call ended with; the response is empty unless the error's code is OK.
template <typename Response>
struct Reply {
  ErrorView error;
  Response response;
  bool replayed = false;  // By the word of its trailing metadata.

  bool ok() const { return error.code == "OK"; }
};

using WidgetRequest = ::finpay::linkage::v1::CreateUpgradeAccountWidgetRequest;
using WidgetResponse = ::finpay::linkage::v1::CreateUpgradeAccountWidgetResponse;
using LivenessRequest = ::widekyc::v1::DetectLivenessRequest;
using LivenessResponse = ::widekyc::v1::DetectLivenessResponse;
using RecognizeRequest = ::widekyc::v1::RecognizeIdRequest;
using RecognizeResponse = ::widekyc::v1::RecognizeIdResponse;
using ValidateRequest = ::widekyc::v1::ValidateIdRequest;
using ValidateResponse = ::widekyc::v1::ValidateIdResponse;

inline constexpr char kWidgetMethod[] =
    "/finpay.linkage.v1.UpgradeAccountService/CreateUpgradeAccountWidget";
inline constexpr char kLivenessMethod[] = "/widekyc.v1.WideKycService/DetectLiveness";
inline constexpr char kRecognizeMethod[] = "/widekyc.v1.WideKycService/RecognizeId";
inline constexpr char kValidateMethod[] = "/widekyc.v1.WideKycService/ValidateId";

// One channel, with no retries and no limits of its own. Thread-safe.
class Client {
 public:
  // `transcript` outlives it.
  Client(uint16_t port, Transcript& transcript);
  Client(std::shared_ptr<grpc::Channel> channel, Transcript& transcript)
      : channel_(std::move(channel)), transcript_(transcript) {}

  Reply<WidgetResponse> CreateWidget(const WidgetRequest& request, const CallOptions& how = {});
  Reply<LivenessResponse> DetectLiveness(const LivenessRequest& request,
                                         const CallOptions& how = {});
  Reply<RecognizeResponse> RecognizeId(const RecognizeRequest& request,
                                       const CallOptions& how = {});
  Reply<ValidateResponse> ValidateId(const ValidateRequest& request, const CallOptions& how = {});

  // Any bytes to any method; the response stays bytes too.
  Reply<std::string> Raw(const std::string& method, absl::string_view request,
                         const CallOptions& how = {});

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

 private:
  const std::shared_ptr<grpc::Channel> channel_;
  Transcript& transcript_;
};

// A channel to this port of 127.0.0.1 as Client's.
std::shared_ptr<grpc::Channel> OpenChannel(uint16_t port);
// The same to any address, like "unix:/path".
std::shared_ptr<grpc::Channel> OpenChannel(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials);

}  // namespace kyc::tests

#endif  // TESTS_SUPPORT_CLIENT_H_
