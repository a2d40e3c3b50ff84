#include "server/widekyc/service.h"

#include <utility>

#include "absl/status/statusor.h"
#include "server/call/error.h"
#include "server/json/value.h"
#include "server/upstream/read_reply.h"
#include "server/widekyc/envelope.h"
#include "server/widekyc/id_recognize.h"
#include "server/widekyc/id_validation.h"
#include "server/widekyc/passive_liveness.h"

namespace kyc::widekyc {
namespace {

using ::widekyc::v1::DetectLivenessRequest;
using ::widekyc::v1::DetectLivenessResponse;
using ::widekyc::v1::RecognizeIdRequest;
using ::widekyc::v1::RecognizeIdResponse;
using ::widekyc::v1::ValidateIdRequest;
using ::widekyc::v1::ValidateIdResponse;

constexpr absl::string_view EndpointOf(const DetectLivenessRequest&) { return "passive-liveness"; }
constexpr absl::string_view EndpointOf(const RecognizeIdRequest&) { return "id-recognize"; }
constexpr absl::string_view EndpointOf(const ValidateIdRequest&) { return "id-validation"; }

template <typename Response>
void Send(absl::StatusOr<ReadyCall<Response>> call, const CallContext& context,
          Done<Response> done) {
  if (!call.ok()) return std::move(done)(call.status());
  std::move(call->send)(context, std::move(done));
}

}  // namespace

WideKycService::WideKycService(Options options, std::vector<Account> accounts, Metrics* metrics,
                               KeptReplies* kept)
    : options_(std::move(options)), metrics_(metrics), kept_(kept) {
  options_.accounts.clear();
  Accounts shared;
  for (Account& account : accounts) {
    options_.accounts.push_back(account.name);
    shared.push_back(std::make_shared<const Account>(std::move(account)));
  }
  accounts_.Set(std::make_shared<const Accounts>(std::move(shared)));
}

void WideKycService::DetectLiveness(CallContext context, DetectLivenessRequest request,
                                    Blob selfie_image, Done<DetectLivenessResponse> done) const {
  Send(ReadyToDetectLiveness(std::move(request), std::move(selfie_image)), context,
       std::move(done));
}

void WideKycService::RecognizeId(CallContext context, RecognizeIdRequest request, Blob id_image,
                                 Done<RecognizeIdResponse> done) const {
  Send(ReadyToRecognizeId(std::move(request), std::move(id_image)), context, std::move(done));
}

void WideKycService::ValidateId(CallContext context, ValidateIdRequest request, Blob selfie_image,
                                Done<ValidateIdResponse> done) const {
  Send(ReadyToValidateId(std::move(request), std::move(selfie_image)), context, std::move(done));
}

absl::StatusOr<ReadyCall<DetectLivenessResponse>> WideKycService::ReadyToDetectLiveness(
    DetectLivenessRequest request, Blob selfie_image) const {
  return Ready<DetectLivenessResponse>(std::move(request), std::move(selfie_image));
}

absl::StatusOr<ReadyCall<RecognizeIdResponse>> WideKycService::ReadyToRecognizeId(
    RecognizeIdRequest request, Blob id_image) const {
  return Ready<RecognizeIdResponse>(std::move(request), std::move(id_image));
}

absl::StatusOr<ReadyCall<ValidateIdResponse>> WideKycService::ReadyToValidateId(
    ValidateIdRequest request, Blob selfie_image) const {
  return Ready<ValidateIdResponse>(std::move(request), std::move(selfie_image));
}

void WideKycService::UseToken(absl::string_view account, Secret token) {
  Accounts accounts = *accounts_.Get();
  for (std::shared_ptr<const Account>& each : accounts) {
    if (each->name != account) continue;
    each = std::make_shared<const Account>(Account{each->name, std::move(token), each->send});
    break;
  }
  accounts_.Set(std::make_shared<const Accounts>(std::move(accounts)));
}

template <typename Response, typename Request>
absl::StatusOr<ReadyCall<Response>> WideKycService::Ready(Request request, Blob image) const {
  if (absl::Status valid = Validate(request, image, options_); !valid.ok()) return valid;
  const std::shared_ptr<const Account> account = FindAccount(request.account());
  if (account == nullptr) return GatewayBug("the choice of a WideKYC account");
  upstream::HttpRequest http = ToHttp(request, std::move(image), account->token, options_);
  const auto max_bytes = static_cast<size_t>(options_.max_reply_bytes);
  return ReadyCall<Response>{
      account->name,
      [http = std::move(http), request = std::move(request), account, max_bytes, metrics = metrics_,
       kept = kept_](const CallContext& context, Done<Response> done) mutable {
        account->send(
            context, std::move(http),
            [request = std::move(request), request_id = context.request_id, account, max_bytes,
             metrics, kept, done = std::move(done)](upstream::HttpResult result) mutable {
              upstream::ReplyOf of;
              of.upstream = kUpstream;
              of.account = account->name;
              of.endpoint = EndpointOf(request);
              of.request_id = request_id;
              of.max_bytes = max_bytes;
              of.metrics = metrics;
              of.kept = kept;
              const auto read = [&](const auto& response, auto& deviations) {
                return FromHttp(response, request, deviations, account->token);
              };
              std::move(done)(upstream::ReadReply<Response>(std::move(result), of, read));
            });
      }};
}

std::shared_ptr<const Account> WideKycService::FindAccount(const std::string& name) const {
  const std::shared_ptr<const Accounts> accounts = accounts_.Get();
  for (const std::shared_ptr<const Account>& account : *accounts) {
    if (name.empty() || account->name == name) return account;
  }
  return nullptr;
}

}  // namespace kyc::widekyc
