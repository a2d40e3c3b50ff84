#include "tools/benchmarks/deadline_load.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tools/benchmarks/now.h"

namespace kyc::bench {
namespace {

constexpr int kDeadlineExceeded = 4;
constexpr double kNanoseconds = 1e9;
constexpr double kMilliseconds = 1e3;

}  // namespace

class DeadlineLoad::Caller : public CallListener {
 public:
  Caller(DeadlineLoad& load, H2Connection& connection) : load_(load), connection_(connection) {}

  void Call() {
    due_ = Now() + load_.deadline_;
    connection_.Call(load_.kind_, load_.call_.request, *this);
    connection_.Flush();
  }

  void OnData(absl::string_view) override {}

  void OnEnd(const CallEnd& end) override {
    ++load_.ended_;
    const std::string fault = Fault(end, kDeadlineExceeded);
    const int64_t late = Now() - due_;
    load_.earliest_ = std::max(load_.earliest_, -late);
    if (fault.empty()) {
      load_.recorder_.Succeeded(late);
    } else {
      load_.recorder_.Failed(fault);
    }
  }

 private:
  DeadlineLoad& load_;
  H2Connection& connection_;
  int64_t due_ = 0;
};

DeadlineLoad::DeadlineLoad(Poller& poller, const LivenessCall& call, Recorder& recorder,
                           double deadline_seconds)
    : poller_(poller),
      call_(call),
      recorder_(recorder),
      deadline_(static_cast<int64_t>(deadline_seconds * kNanoseconds)),
      kind_{kLivenessPath,
            absl::StrCat(static_cast<int64_t>(deadline_seconds * kMilliseconds), "m")} {}
DeadlineLoad::~DeadlineLoad() = default;

absl::Status DeadlineLoad::Open(uint16_t port, int connections, int calls) {
  for (int i = 0; i < connections; ++i) {
    absl::StatusOr<std::unique_ptr<H2Connection>> opened =
        H2Connection::Open(poller_, port, H2Connection::Reading::kAll,
                           [this] { recorder_.Failed("connection lost"); });
    if (!opened.ok()) return opened.status();
    connections_.push_back(*std::move(opened));
  }
  for (int i = 0; i < calls; ++i) callers_.emplace_back(*this, *connections_[i % connections]);
  begin_ = Now();
  return absl::OkStatus();
}

void DeadlineLoad::CallDue() {
  const double over = static_cast<double>(Now() - begin_) / (deadline_ / 2);
  const size_t due = std::min(callers_.size(), static_cast<size_t>(over * callers_.size()));
  for (; begun_ < due; ++begun_) callers_[begun_].Call();
}

bool DeadlineLoad::AllEnded() const { return ended_ == callers_.size(); }

}  // namespace kyc::bench
