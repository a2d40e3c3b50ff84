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

constexpr absl::string_view EndpointOf(const ::widekyc::v1::DetectLivenessRequest&) {
  return "passive-liveness";
}
constexpr absl::string_view EndpointOf(const ::widekyc::v1::RecognizeIdRequest&) {
  return "id-recognize";
}
constexpr absl::string_view EndpointOf(const ::widekyc::v1::ValidateIdRequest&) {
  return "id-validation";
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

void WideKycService::DetectLiveness(CallContext context,
                                    ::widekyc::v1::DetectLivenessRequest request, Blob selfie_image,
                                    Done<::widekyc::v1::DetectLivenessResponse> done) const {
  Call(std::move(context), std::move(request), std::move(selfie_image), std::move(done));
}

void WideKycService::RecognizeId(CallContext context, ::widekyc::v1::RecognizeIdRequest request,
                                 Blob id_image,
                                 Done<::widekyc::v1::RecognizeIdResponse> done) const {
  Call(std::move(context), std::move(request), std::move(id_image), std::move(done));
}

void WideKycService::ValidateId(CallContext context, ::widekyc::v1::ValidateIdRequest request,
                                Blob selfie_image,
                                Done<::widekyc::v1::ValidateIdResponse> done) const {
  Call(std::move(context), std::move(request), std::move(selfie_image), std::move(done));
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

template <typename Request, typename Response>
void WideKycService::Call(CallContext context, Request request, Blob image,
                          Done<Response> done) const {
  if (absl::Status valid = Validate(request, image, options_); !valid.ok()) {
    return std::move(done)(valid);
  }
  const std::shared_ptr<const Account> account = FindAccount(request.account());
  if (account == nullptr) return std::move(done)(GatewayBug("the choice of a WideKYC account"));
  upstream::HttpRequest http = ToHttp(request, std::move(image), account->token, options_);
  account->send(context, std::move(http),
                [request = std::move(request), request_id = context.request_id, account,
                 max_bytes = static_cast<size_t>(options_.max_reply_bytes), metrics = metrics_,
                 kept = kept_, done = std::move(done)](upstream::HttpResult result) mutable {
                  upstream::ReplyOf of;
                  of.upstream = kUpstream;
                  of.account = account->name;
                  of.endpoint = EndpointOf(request);
                  of.request_id = request_id;
                  of.max_bytes = max_bytes;
                  of.metrics = metrics;
                  of.kept = kept;
                  std::move(done)(upstream::ReadReply<Response>(
                      std::move(result), of, [&](const auto& response, auto& deviations) {
                        return FromHttp(response, request, deviations, account->token);
                      }));
                });
}

std::shared_ptr<const Account> WideKycService::FindAccount(const std::string& name) const {
  const std::shared_ptr<const Accounts> accounts = accounts_.Get();
  for (const std::shared_ptr<const Account>& account : *accounts) {
    if (name.empty() || account->name == name) return account;
  }
  return nullptr;
}

}  // namespace kyc::widekyc
