#include "server/upstream/slots.h"

#include <algorithm>
#include <list>
#include <memory>
#include <mutex>
#include <stop_token>
#include <utility>
#include <vector>

#include "absl/types/optional.h"

namespace kyc::upstream {
namespace {

constexpr absl::Duration kRetryAfter = absl::Seconds(1);

class SlotLine : public std::enable_shared_from_this<SlotLine> {
 public:
  SlotLine(SendHttp next, SlotOptions options, After after, Now now,
           std::function<void(int64_t, int64_t)> on_change)
      : next_(std::move(next)),
        options_(options),
        after_(std::move(after)),
        now_(std::move(now)),
        on_change_(std::move(on_change)) {}

  void Send(const CallContext& context, HttpRequest request, OnResponse done);

 private:
  struct Waiter;
  // Takes a cancelled call out of the line.
  struct LeaveLine {
    SlotLine* line;
    Waiter* waiter;
    void operator()() const { line->Cancel(waiter); }
  };
  struct Waiter {
    CallContext context;
    HttpRequest request;
    OnResponse done;
    absl::Time leave_at;
    FailureKind why_left;
    bool cancelled = false;  // Guarded by mutex_.
    absl::optional<std::stop_callback<LeaveLine>> cancel;
  };
  using WaiterPtr = std::unique_ptr<Waiter>;
  struct PlannedSweep {
    absl::Duration delay;
    int64_t number;
  };

  bool TakeSlot();
  // The next two: with a slot taken.
  void Start(const CallContext& context, HttpRequest request, OnResponse done);
  void StartWaiter(WaiterPtr waiter);
  void Wait(WaiterPtr waiter, absl::Time now);
  void Release();
  void Cancel(Waiter* waiter);
  // Without mutex_: it may run at once.
  void Schedule(const absl::optional<PlannedSweep>& sweep);
  void Sweep(int64_t number);
  static void Refuse(WaiterPtr waiter, FailureKind kind);
  static void RefuseAll(std::vector<WaiterPtr> expired);

  // The next three: with mutex_ held.
  void Changed() { on_change_(used_, int64_t(line_.size())); }
  std::vector<WaiterPtr> TakeExpired(absl::Time now);
  // None if there is one soon enough.
  absl::optional<PlannedSweep> PlanSweep(absl::Time at, absl::Time now);

  const SendHttp next_;
  const SlotOptions options_;
  const After after_;
  const Now now_;
  const std::function<void(int64_t, int64_t)> on_change_;
  std::mutex mutex_;
  int64_t used_ = 0;           // Guarded by mutex_,
  std::list<WaiterPtr> line_;  // and these too.
  absl::Time next_sweep_ = absl::InfiniteFuture();
  int64_t sweep_number_ = 0;  // Only the sweep that was scheduled last does anything.
};

void SlotLine::Send(const CallContext& context, HttpRequest request, OnResponse done) {
  if (TakeSlot()) return Start(context, std::move(request), std::move(done));
  auto waiter = std::make_unique<Waiter>();
  const absl::Time now = now_();
  const absl::Time patience_ends = now + options_.slot_wait;
  const bool deadline_first = context.deadline < patience_ends;
  waiter->context = context;
  waiter->request = std::move(request);
  waiter->done = std::move(done);
  waiter->leave_at = deadline_first ? context.deadline : patience_ends;
  waiter->why_left = deadline_first ? FailureKind::kCallerDeadline : FailureKind::kNoSlot;
  Wait(std::move(waiter), now);
}

bool SlotLine::TakeSlot() {
  std::lock_guard lock(mutex_);
  if (used_ >= options_.slots) return false;
  ++used_;
  Changed();
  return true;
}

void SlotLine::Wait(WaiterPtr waiter, absl::Time now) {
  // Before it is in line, because it may call back at once.
  waiter->cancel.emplace(waiter->context.cancel, LeaveLine{this, waiter.get()});
  std::unique_lock lock(mutex_);
  if (waiter->cancelled) {
    lock.unlock();
    return Refuse(std::move(waiter), FailureKind::kCancelled);
  }
  if (used_ < options_.slots) {  // One came free meanwhile.
    ++used_;
    Changed();
    lock.unlock();
    return StartWaiter(std::move(waiter));
  }
  if (line_.size() >= size_t(options_.max_waiting) || waiter->leave_at <= now) {
    const FailureKind kind = waiter->leave_at <= now ? waiter->why_left : FailureKind::kNoSlot;
    lock.unlock();
    return Refuse(std::move(waiter), kind);
  }
  const absl::Time leave_at = waiter->leave_at;
  line_.push_back(std::move(waiter));
  Changed();
  const auto sweep = PlanSweep(leave_at, now);
  lock.unlock();
  Schedule(sweep);
}

void SlotLine::Start(const CallContext& context, HttpRequest request, OnResponse done) {
  next_(context, std::move(request),
        [self = shared_from_this(), done = std::move(done)](HttpResult result) mutable {
          self->Release();
          std::move(done)(std::move(result));
        });
}

void SlotLine::StartWaiter(WaiterPtr waiter) {
  waiter->cancel.reset();  // From here on cancelling is the transfer's matter.
  Start(waiter->context, std::move(waiter->request), std::move(waiter->done));
}

void SlotLine::Release() {
  std::vector<WaiterPtr> expired;
  WaiterPtr next;
  {
    std::lock_guard lock(mutex_);
    if (!line_.empty()) expired = TakeExpired(now_());
    if (line_.empty()) {
      --used_;
    } else {  // The slot changes hands.
      next = std::move(line_.front());
      line_.pop_front();
    }
    Changed();
  }
  RefuseAll(std::move(expired));
  if (next) StartWaiter(std::move(next));
}

void SlotLine::Cancel(Waiter* waiter) {
  WaiterPtr leaving;
  {
    std::lock_guard lock(mutex_);
    waiter->cancelled = true;
    const auto place = std::find_if(line_.begin(), line_.end(),
                                    [&](const WaiterPtr& other) { return other.get() == waiter; });
    if (place == line_.end()) return;  // Not yet, or no longer.
    leaving = std::move(*place);
    line_.erase(place);
    Changed();
  }
  Refuse(std::move(leaving), FailureKind::kCancelled);
}

void SlotLine::Sweep(int64_t number) {
  std::vector<WaiterPtr> expired;
  absl::optional<PlannedSweep> following;
  {
    std::lock_guard lock(mutex_);
    if (number != sweep_number_) return;
    // A sweep that comes early comes from a loop that ends: nobody can wait any more.
    const absl::Time now = std::max(now_(), next_sweep_);
    next_sweep_ = absl::InfiniteFuture();
    expired = TakeExpired(now);
    absl::Time next = absl::InfiniteFuture();
    for (const WaiterPtr& waiter : line_) next = std::min(next, waiter->leave_at);
    if (!line_.empty()) following = PlanSweep(next, now);
    if (!expired.empty()) Changed();
  }
  RefuseAll(std::move(expired));
  Schedule(following);
}

std::vector<SlotLine::WaiterPtr> SlotLine::TakeExpired(absl::Time now) {
  std::vector<WaiterPtr> expired;
  for (auto place = line_.begin(); place != line_.end();) {
    if ((*place)->leave_at <= now) {
      expired.push_back(std::move(*place));
      place = line_.erase(place);
    } else {
      ++place;
    }
  }
  return expired;
}

absl::optional<SlotLine::PlannedSweep> SlotLine::PlanSweep(absl::Time at, absl::Time now) {
  if (at >= next_sweep_) return absl::nullopt;
  next_sweep_ = at;
  return PlannedSweep{at - now, ++sweep_number_};
}

void SlotLine::Schedule(const absl::optional<PlannedSweep>& sweep) {
  if (!sweep) return;
  after_(sweep->delay,
         [self = shared_from_this(), number = sweep->number] { self->Sweep(number); });
}

void SlotLine::Refuse(WaiterPtr waiter, FailureKind kind) {
  HttpFailure failure = {.kind = kind, .cause = "waited for a slot"};
  if (kind == FailureKind::kNoSlot) failure.retry_after = kRetryAfter;
  std::move(waiter->done)(std::move(failure));
}

void SlotLine::RefuseAll(std::vector<WaiterPtr> expired) {
  for (WaiterPtr& waiter : expired) {
    const FailureKind kind = waiter->why_left;
    Refuse(std::move(waiter), kind);
  }
}

}  // namespace

SendHttp LimitSlots(SendHttp next, SlotOptions options, After after, Now now,
                    std::function<void(int64_t used, int64_t waiting)> on_change) {
  auto line = std::make_shared<SlotLine>(std::move(next), options, std::move(after), std::move(now),
                                         std::move(on_change));
  return [line](const CallContext& context, HttpRequest request, OnResponse done) {
    line->Send(context, std::move(request), std::move(done));
  };
}

}  // namespace kyc::upstream
