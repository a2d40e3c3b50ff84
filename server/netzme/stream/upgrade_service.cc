#include "server/netzme/stream/upgrade_service.h"

#include <stop_token>
#include <utility>

#include "server/call/error.h"
#include "server/call/run_blocking.h"
#include "server/netzme/stream/lookup.h"
#include "server/netzme/stream/stream_ends.h"
#include "server/netzme/stream/watch_request.h"
#include "server/netzme/view.h"

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

template <typename Request>
absl::Status Check(const CallContext& context, const Request& request, const PoolLine& pool) {
  if (absl::Status valid = Validate(request); !valid.ok()) return valid;
  if (absl::Status may = CheckMaySee(context, request.view()); !may.ok()) return may;
  return pool.IsFull() ? SilentLog() : absl::OkStatus();
}

// Each read waits in the pool's line anew: a long list holds up nobody's short look-up.
void ReadOn(const PoolLine& pool, std::stop_token cancel, Listing listing,
            Done<::netzme::v1::ListUpgradesResponse> done) {
  pool.Run([&pool, cancel = std::move(cancel), listing = std::move(listing),
            done = std::move(done)]() mutable {
    if (cancel.stop_requested()) return std::move(done)(Cancelled());
    auto page = listing.Read();
    if (!page.ok()) return std::move(done)(page.status());
    if (page->has_value()) return std::move(done)(**std::move(page));
    ReadOn(pool, std::move(cancel), std::move(listing), std::move(done));
  });
}

}  // namespace

UpgradeService::UpgradeService(events::EventLog& log, rpc::Loop& loop, RunBlocking run_blocking,
                               Metrics* metrics, Clocks clocks, RingLimits limits)
    : scope_{log,     loop,          PoolLine(std::move(run_blocking), clocks.steady),
             metrics, clocks.steady, Hub(log, loop, clocks, limits)} {}

absl::StatusOr<std::unique_ptr<rpc::Producer>> UpgradeService::Watch(
    rpc::Stream* stream, ::netzme::v1::WatchUpgradesRequest request) {
  const ::netzme::v1::View view = request.view();
  absl::StatusOr<WatchOrder> order = ReadWatchRequest(std::move(request));
  if (!order.ok()) return order.status();
  if (absl::Status may = CheckMaySee(stream->context(), view); !may.ok()) return may;
  // The ring still has what the log has lost.
  if (absl::Status lost = scope_.log.history(); !lost.ok()) return lost;
  if (scope_.pool.IsFull()) return SilentLog();
  return netzme::Watch::Open(scope_, stream, *std::move(order));
}

void UpgradeService::Get(CallContext context, ::netzme::v1::GetUpgradeRequest request,
                         Done<::netzme::v1::GetUpgradeResponse> done) {
  if (absl::Status may = Check(context, request, scope_.pool); !may.ok())
    return std::move(done)(may);
  scope_.pool.Run([&log = scope_.log, cancel = std::move(context.cancel),
                   request = std::move(request), done = std::move(done)]() mutable {
    if (cancel.stop_requested()) return std::move(done)(Cancelled());
    std::move(done)(GetUpgrade(log, request));
  });
}

void UpgradeService::List(CallContext context, ::netzme::v1::ListUpgradesRequest request,
                          Done<::netzme::v1::ListUpgradesResponse> done) {
  if (absl::Status may = Check(context, request, scope_.pool); !may.ok())
    return std::move(done)(may);
  absl::StatusOr<Listing> listing = Listing::Start(scope_.log, std::move(request));
  if (!listing.ok()) return std::move(done)(listing.status());
  ReadOn(scope_.pool, std::move(context.cancel), *std::move(listing), std::move(done));
}

}  // namespace kyc::netzme
