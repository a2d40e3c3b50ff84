#include "clients/cpp/gateway.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"

namespace kyc_gateway {
namespace {

namespace finpay = ::finpay::linkage::v1;
namespace netzme = ::netzme::v1;
namespace widekyc = ::widekyc::v1;

enum class Method { kBilled, kReads };

// Repeats, twice at most, only what surely was not processed.
template <typename Stub, typename Request, typename Response>
Answer<Response> Call(const Target& target, absl::Duration timeout, Stub& stub,
                      grpc::Status (Stub::*call)(grpc::ClientContext*, const Request&, Response*),
                      const Request& request, Method method = Method::kBilled) {
  const absl::Time until = absl::Now() + timeout;
  for (int tries = 1;; ++tries) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(until));
    target.Authorize(context);
    Response response;
    const grpc::Status status = (stub.*call)(&context, request, &response);
    if (status.ok()) return response;
    Error error = ErrorOf(status, method == Method::kReads);
    const absl::Duration pause = std::max(error.retry_delay, PauseAfter(tries, absl::Seconds(2)));
    const bool again = tries < 3 && error.SurelyNotProcessed() && error.MayRepeat();
    if (!again || absl::Now() + pause >= until) return error;
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
    const finpay::CreateUpgradeAccountWidgetRequest& request) {
  return Call(target_, timeout_, *finpay_,
              &finpay::UpgradeAccountService::Stub::CreateUpgradeAccountWidget, request);
}

Answer<widekyc::DetectLivenessResponse> Gateway::DetectLiveness(
    const widekyc::DetectLivenessRequest& request) {
  return Call(target_, timeout_, *widekyc_, &widekyc::WideKycService::Stub::DetectLiveness,
              request);
}

Answer<widekyc::RecognizeIdResponse> Gateway::RecognizeId(
    const widekyc::RecognizeIdRequest& request) {
  return Call(target_, timeout_, *widekyc_, &widekyc::WideKycService::Stub::RecognizeId, request);
}

Answer<widekyc::ValidateIdResponse> Gateway::ValidateId(const widekyc::ValidateIdRequest& request) {
  return Call(target_, timeout_, *widekyc_, &widekyc::WideKycService::Stub::ValidateId, request);
}

Answer<netzme::GetUpgradeResponse> Gateway::GetUpgrade(const netzme::GetUpgradeRequest& request) {
  return Call(target_, timeout_, *netzme_, &netzme::UpgradeNotificationService::Stub::GetUpgrade,
              request, Method::kReads);
}

Answer<netzme::ListUpgradesResponse> Gateway::ListUpgrades(
    const netzme::ListUpgradesRequest& request) {
  return Call(target_, timeout_, *netzme_, &netzme::UpgradeNotificationService::Stub::ListUpgrades,
              request, Method::kReads);
}

std::unique_ptr<Watch> Gateway::WatchUpgrades(CursorStore& cursors, WatchOptions options) {
  return std::make_unique<Watch>(target_, cursors, std::move(options));
}

}  // namespace kyc_gateway
