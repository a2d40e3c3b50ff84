#include "tools/benchmarks/call_load.h"

#include <algorithm>
#include <string>
#include <utility>

#include "tools/benchmarks/gateway.h"
#include "tools/benchmarks/now.h"

namespace kyc::bench {

// One call after the other.
class CallLoad::Caller : public CallListener {
 public:
  Caller(CallLoad& load, H2Connection& connection) : load_(load), connection_(connection) {
    if (load.call_.request_id_at > 0) keyed_ = load.call_.request;
  }

  void Call() {
    if (!keyed_.empty()) WriteRequestId(++load_.request_ids_, keyed_, load_.call_.request_id_at);
    begin_ = Now();
    missing_ = load_.call_.reply;
    same_ = true;
    connection_.Call(load_.kind_, keyed_.empty() ? load_.call_.request : keyed_, *this);
  }

  void OnData(absl::string_view part) override {
    same_ = same_ && missing_.substr(0, part.size()) == part;
    missing_.remove_prefix(std::min(part.size(), missing_.size()));
  }

  void OnEnd(const CallEnd& end) override {
    std::string fault = Fault(end);
    if (fault.empty() && (!same_ || !missing_.empty())) fault = "wrong reply";
    if (fault.empty()) {
      load_.recorder_.Succeeded(Now() - begin_);
    } else {
      load_.recorder_.Failed(fault);
    }
    Call();
  }

 private:
  CallLoad& load_;
  H2Connection& connection_;
  std::string keyed_;  // Its own request, if each has another request_id.
  int64_t begin_ = 0;
  absl::string_view missing_;
  bool same_ = true;
};

CallLoad::CallLoad(Poller& poller, const LivenessCall& call, Recorder& recorder)
    : poller_(poller),
      call_(call),
      recorder_(recorder),
      speaks_(Speaks::kPlaintext),
      kind_{kLivenessPath, "", ""} {}
CallLoad::CallLoad(Poller& poller, const LivenessCall& call, Recorder& recorder, Speaks speaks)
    : poller_(poller),
      call_(call),
      recorder_(recorder),
      speaks_(speaks),
      kind_{kLivenessPath, "", kCallerToken} {}
CallLoad::~CallLoad() = default;

absl::Status CallLoad::Start(uint16_t port, int connections, int each) {
  for (int i = 0; i < connections; ++i) {
    absl::StatusOr<std::unique_ptr<H2Connection>> opened = H2Connection::Open(
        poller_, port, H2Connection::Reading::kAll, [this] { recorder_.Failed("connection lost"); },
        speaks_);
    if (!opened.ok()) return opened.status();
    connections_.push_back(*std::move(opened));
    for (int j = 0; j < each; ++j) callers_.emplace_back(*this, *connections_.back()).Call();
    connections_.back()->Flush();
  }
  return absl::OkStatus();
}

}  // namespace kyc::bench
