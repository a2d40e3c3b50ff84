#include "clients/cpp/gateway.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "clients/kyc/commands/request_id.h"

namespace kyc_gateway {
namespace {

namespace finpay = ::finpay::linkage::v1;
namespace netzme = ::netzme::v1;
namespace widekyc = ::widekyc::v1;

// Repeats, twice at most, only what cannot be billed twice, whatever an upstream says. A request
// that may have a key of the call's own, a request_id, has none yet: it gets one, which its repeats
// have, too. A method whose request may have none only reads.
template <typename Stub, typename Request, typename Response, typename Given>
Answer<Response> Call(const Target& target, absl::Duration timeout, Stub& stub,
                      grpc::Status (Stub::*call)(grpc::ClientContext*, const Request&, Response*),
                      Given& request) {
  constexpr bool kHasKey = requires { request.set_request_id(""); };
  std::string key;
  if constexpr (kHasKey) {
    if (target.request_ids && request.request_id().empty()) {
      request.set_request_id(kyc::cli::NewRequestId());
    }
    key = request.request_id();
  }
  const absl::Time until = absl::Now() + timeout;
  for (int tries = 1;; ++tries) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(until));
    target.Authorize(context);
    Response response;
    const grpc::Status status = (stub.*call)(&context, request, &response);
    if (status.ok()) return response;
    Error error = ErrorOf(status, /*only_reads=*/!kHasKey, key);
    const absl::Duration pause = std::max(error.retry_delay, PauseAfter(tries, absl::Seconds(2)));
    const bool free = error.MayRepeat() && error.outcome != kyc::errors::v1::OUTCOME_REFUSED;
    if (tries >= 3 || !free || absl::Now() + pause >= until) return error;
    absl::SleepFor(pause);
  }
}

}  // namespace

Gateway::Gateway(Target target, absl::Duration timeout)
    : target_(std::move(target)),
      timeout_(timeout),
      channel_(target_.Open()),
      finpay_(finpay::UpgradeAccountService::NewStub(channel_)),
      widekyc_(widekyc::WideKycService::NewStub(channel_)),
      netzme_(netzme::UpgradeNotificationService::NewStub(channel_)) {}

Answer<finpay::CreateUpgradeAccountWidgetResponse> Gateway::CreateUpgradeAccountWidget(
    finpay::CreateUpgradeAccountWidgetRequest& request) {
  return Call(target_, timeout_, *finpay_,
              &finpay::UpgradeAccountService::Stub::CreateUpgradeAccountWidget, request);
}

Answer<widekyc::DetectLivenessResponse> Gateway::DetectLiveness(
    widekyc::DetectLivenessRequest& request) {
  return Call(target_, timeout_, *widekyc_, &widekyc::WideKycService::Stub::DetectLiveness,
              request);
}

Answer<widekyc::RecognizeIdResponse> Gateway::RecognizeId(widekyc::RecognizeIdRequest& request) {
  return Call(target_, timeout_, *widekyc_, &widekyc::WideKycService::Stub::RecognizeId, request);
}

Answer<widekyc::ValidateIdResponse> Gateway::ValidateId(widekyc::ValidateIdRequest& request) {
  return Call(target_, timeout_, *widekyc_, &widekyc::WideKycService::Stub::ValidateId, request);
}

Answer<netzme::GetUpgradeResponse> Gateway::GetUpgrade(const netzme::GetUpgradeRequest& request) {
  return Call(target_, timeout_, *netzme_, &netzme::UpgradeNotificationService::Stub::GetUpgrade,
              request);
}

Answer<netzme::ListUpgradesResponse> Gateway::ListUpgrades(
    const netzme::ListUpgradesRequest& request) {
  return Call(target_, timeout_, *netzme_, &netzme::UpgradeNotificationService::Stub::ListUpgrades,
              request);
}

std::unique_ptr<Watch> Gateway::WatchUpgrades(CursorStore& cursors, WatchOptions options) {
  return std::make_unique<Watch>(target_, cursors, std::move(options));
}

}  // namespace kyc_gateway
