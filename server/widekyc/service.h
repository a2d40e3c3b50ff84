// The WideKYC rpcs: check, send, read.
#ifndef SERVER_WIDEKYC_SERVICE_H_
#define SERVER_WIDEKYC_SERVICE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/call/blob.h"
#include "server/call/call_context.h"
#include "server/call/current.h"
#include "server/call/kept_replies.h"
#include "server/call/metrics.h"
#include "server/call/ready_call.h"
#include "server/call/secret.h"
#include "server/upstream/http.h"
#include "server/widekyc/options.h"
#include "widekyc/v1/widekyc.pb.h"

namespace kyc::widekyc {

// One merchant, with its own way out: slots and breaker are per account.
struct Account {
  std::string name;
  Secret token;
  upstream::SendHttp send;
};

// Thread-safe. A running call keeps what it needs, so that the service may go before its calls end;
// `metrics` and `kept` outlive both. An image is let go of when it has been sent.
class WideKycService {
 public:
  // `accounts` has at least one; with one it is the default. Fills in options.accounts. Without
  // `kept` no unreadable reply is kept.
  WideKycService(Options options, std::vector<Account> accounts, Metrics* metrics,
                 KeptReplies* kept = nullptr);

  void DetectLiveness(CallContext context, ::widekyc::v1::DetectLivenessRequest request,
                      Blob selfie_image, Done<::widekyc::v1::DetectLivenessResponse> done) const;
  void RecognizeId(CallContext context, ::widekyc::v1::RecognizeIdRequest request, Blob id_image,
                   Done<::widekyc::v1::RecognizeIdResponse> done) const;
  void ValidateId(CallContext context, ::widekyc::v1::ValidateIdRequest request, Blob selfie_image,
                  Done<::widekyc::v1::ValidateIdResponse> done) const;

  // The same in two steps: checked, and sent when that is wanted.
  absl::StatusOr<ReadyCall<::widekyc::v1::DetectLivenessResponse>> ReadyToDetectLiveness(
      ::widekyc::v1::DetectLivenessRequest request, Blob selfie_image) const;
  absl::StatusOr<ReadyCall<::widekyc::v1::RecognizeIdResponse>> ReadyToRecognizeId(
      ::widekyc::v1::RecognizeIdRequest request, Blob id_image) const;
  absl::StatusOr<ReadyCall<::widekyc::v1::ValidateIdResponse>> ReadyToValidateId(
      ::widekyc::v1::ValidateIdRequest request, Blob selfie_image) const;

  // Calls of this account that start from now on use this token; running ones keep theirs. Called
  // by one thread.
  void UseToken(absl::string_view account, Secret token);

 private:
  using Accounts = std::vector<std::shared_ptr<const Account>>;

  template <typename Response, typename Request>
  absl::StatusOr<ReadyCall<Response>> Ready(Request request, Blob image) const;
  // Null if there is none of that name.
  std::shared_ptr<const Account> FindAccount(const std::string& name) const;

  Options options_;
  Current<Accounts> accounts_;
  Metrics* metrics_;
  KeptReplies* kept_;
};

}  // namespace kyc::widekyc

#endif  // SERVER_WIDEKYC_SERVICE_H_
