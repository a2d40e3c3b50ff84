#include "server/netzme/upgrade_service.h"

#include <utility>

#include "server/call/error.h"
#include "server/netzme/lookup.h"
#include "server/netzme/view.h"
#include "server/netzme/watch_request.h"

namespace kyc::netzme {
namespace {

absl::Status Cancelled() {
  Error error;
  error.code = absl::StatusCode::kCancelled;
  error.reason = "CALLER_CANCELLED";
  error.message = "The call was cancelled before the log was read";
  error.metadata = {{"outcome", std::string(OutcomeText(Outcome::kNotSent))}};
  return ToStatus(error);
}

// Checks a request and has the pool answer it.
template <typename Request, typename Response>
void Answer(const WatchScope& scope, CallContext context, Request request, Done<Response> done,
            absl::StatusOr<Response> (*read)(const events::EventLog&, const Request&)) {
  if (absl::Status valid = Validate(request); !valid.ok()) return std::move(done)(valid);
  if (absl::Status may = CheckMaySee(context, request.view()); !may.ok()) {
    return std::move(done)(may);
  }
  scope.run_blocking([&log = scope.log, cancel = std::move(context.cancel),
                      request = std::move(request), done = std::move(done), read]() mutable {
    if (cancel.stop_requested()) return std::move(done)(Cancelled());
    std::move(done)(read(log, request));
  });
}

}  // namespace

UpgradeService::UpgradeService(events::EventLog& log, rpc::Loop& loop, RunBlocking run_blocking,
                               Metrics* metrics, std::function<absl::Time()> clock,
                               RingLimits limits)
    : scope_{
          log, loop, std::move(run_blocking), metrics, std::move(clock), Hub(log, loop, limits)} {}

absl::StatusOr<std::unique_ptr<rpc::Producer>> UpgradeService::Watch(
    rpc::Stream* stream, ::netzme::v1::WatchUpgradesRequest request) {
  const ::netzme::v1::View view = request.view();
  absl::StatusOr<WatchOrder> order = ReadWatchRequest(std::move(request));
  if (!order.ok()) return order.status();
  if (absl::Status may = CheckMaySee(stream->context(), view); !may.ok()) return may;
  return netzme::Watch::Open(scope_, stream, *std::move(order));
}

void UpgradeService::Get(CallContext context, ::netzme::v1::GetUpgradeRequest request,
                         Done<::netzme::v1::GetUpgradeResponse> done) {
  Answer(scope_, std::move(context), std::move(request), std::move(done), &GetUpgrade);
}

void UpgradeService::List(CallContext context, ::netzme::v1::ListUpgradesRequest request,
                          Done<::netzme::v1::ListUpgradesResponse> done) {
  Answer(scope_, std::move(context), std::move(request), std::move(done), &ListUpgrades);
}

}  // namespace kyc::netzme
