#include "tools/benchmarks/watch_stage.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "tools/benchmarks/measure.h"
#include "tools/benchmarks/now.h"

namespace kyc::bench {
namespace {

constexpr uint16_t kNoUpstream = 1;  // Nothing listens there, and nobody calls it.
constexpr double kPatience = 30;

}  // namespace

absl::StatusOr<std::unique_ptr<WatchStage>> WatchStage::Start(const Options& options,
                                                              const WatchPlan& plan) {
  absl::StatusOr<Gateway> gateway = Gateway::Start(ProgramOf(options), kNoUpstream);
  if (!gateway.ok()) return gateway.status();
  std::unique_ptr<WatchStage> stage(new WatchStage(*std::move(gateway), plan));
  if (absl::Status opened = stage->Open(); !opened.ok()) return opened;
  return stage;
}

WatchStage::WatchStage(Gateway gateway, const WatchPlan& plan)
    : plan_(plan),
      gateway_(std::move(gateway)),
      posts_(poller_, answers_,
             [this] {
               return plan_.one_reference_each ? references_++ % plan_.watchers : references_++;
             }),
      tally_(deliveries_),
      watches_(poller_, H2Connection::Reading::kAll, [this](size_t watcher) {
        return plan_.one_reference_each ? WatchReference(watcher) : WatchAll();
      }) {}

absl::Status WatchStage::Open() {
  for (size_t i = 0; i < plan_.watchers; ++i) {
    watches_.Add(tally_,
                 plan_.one_reference_each ? Watcher::Counts::kRevision : Watcher::Counts::kSequence,
                 Watcher::Takes::kEverything);
  }
  const double before = gateway_.process().Mebibytes("VmRSS");
  absl::Status opened = watches_.Open(gateway_.grpc_port(), plan_.connections, [] {});
  if (!opened.ok()) return opened;
  if (!RunUntil(poller_, kPatience, [this] { return tally_.caught_up == plan_.watchers; })) {
    return absl::DeadlineExceededError(
        absl::StrCat("only ", tally_.caught_up, " streams stand. ", deliveries_.Why()));
  }
  kibibytes_per_watcher_ = (gateway_.process().Mebibytes("VmRSS") - before) * 1024 / plan_.watchers;
  return posts_.Open(gateway_.webhook_port(), plan_.posting_connections);
}

uint64_t WatchStage::DeliveriesDue() const {
  return plan_.one_reference_each ? posts_.posted() : posts_.posted() * plan_.watchers;
}

void WatchStage::Finish(Row& row) {
  if (!RunUntil(poller_, kPatience, [this] { return tally_.delivered == DeliveriesDue(); })) {
    deliveries_.Failed(
        absl::StrCat(DeliveriesDue(), " deliveries due, ", tally_.delivered, " came"));
  }
  if (watches_.lost_connections() > 0) deliveries_.Failed("connection lost");
  if (deliveries_.failures() + answers_.failures() == 0) return;
  row.failures = deliveries_.failures() + answers_.failures();
  row.why = deliveries_.failures() > 0 ? deliveries_.Why() : answers_.Why();
}

Pacer::Pacer(PostLoad& posts, double per_second)
    : posts_(posts), per_second_(per_second), begin_(Now()) {}

void Pacer::PostDue() {
  const auto due = static_cast<uint64_t>((Now() - begin_) / 1e9 * per_second_);
  while (posted_ < due && posts_.PostOne()) ++posted_;
}

}  // namespace kyc::bench
