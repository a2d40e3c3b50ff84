// What rooms report about themselves, as lines of the log at debug.
#ifndef SERVER_ADMIN_DEBUG_LINES_H_
#define SERVER_ADMIN_DEBUG_LINES_H_

#include <functional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/call/log_room.h"
#include "server/call/metrics.h"

namespace kyc::admin {

// Both are thread-safe and must not block; null: nobody wants any.
struct DebugLines {
  std::function<bool(LogRoom)> wanted = nullptr;
  std::function<void(LogRoom, const std::string& line)> write = nullptr;
};

// `Told`, which implements Metrics, and a line beside it of what has none of its own at info. What
// metrics may be told is nobody's data, so the lines are safe, too.
template <typename Told>
class WithDebugLines final : public Told {
 public:
  explicit WithDebugLines(DebugLines lines) : lines_(std::move(lines)) {}

  void CallEnded(absl::string_view method, absl::StatusCode code, absl::string_view reason,
                 absl::Duration took) override {
    Told::CallEnded(method, code, reason, took);
    if (!absl::StartsWith(method, "grpc.")) return;
    Say(LogRoom::kRpc, "probe method=", method, " code=", absl::StatusCodeToString(code),
        " took_us=", absl::ToInt64Microseconds(took));
  }
  void KeyedCallAnswered(absl::string_view method, absl::string_view by) override {
    Told::KeyedCallAnswered(method, by);
    Say(LogRoom::kRpc, "keyed call method=", method, " by=", by);
  }
  void ConnectionCame(absl::string_view listener, absl::string_view result) override {
    Told::ConnectionCame(listener, result);
    Say(RoomOf(listener), "connection listener=", listener, " result=", result);
  }
  void ConnectionsCut(absl::string_view why, int64_t connections) override {
    Told::ConnectionsCut(why, connections);
    Say(LogRoom::kRpc, "connections cut why=", why, " connections=", connections);
  }
  void ListenerAnswered(absl::string_view listener, bool answered) override {
    Told::ListenerAnswered(listener, answered);
    Say(LogRoom::kRpc, "asked itself listener=", listener, " answered=", answered ? "yes" : "no");
  }
  void Retried(absl::string_view upstream, absl::string_view account) override {
    Told::Retried(upstream, account);
    Say(LogRoom::kUpstream, "retry upstream=", upstream, " account=", account);
  }
  void Slots(absl::string_view upstream, absl::string_view account, int64_t used,
             int64_t waiting) override {
    Told::Slots(upstream, account, used, waiting);
    Say(LogRoom::kUpstream, "slots upstream=", upstream, " account=", account, " used=", used,
        " waiting=", waiting);
  }
  void BreakerChanged(absl::string_view upstream, absl::string_view account,
                      absl::string_view state) override {
    Told::BreakerChanged(upstream, account, state);
    Say(LogRoom::kUpstream, "breaker upstream=", upstream, " account=", account, " state=", state);
  }
  void Deviation(absl::string_view upstream, absl::string_view kind) override {
    Told::Deviation(upstream, kind);
    Say(LogRoom::kUpstream, "looser than its document upstream=", upstream, " kind=", kind);
  }
  void RequestNotLetIn(absl::string_view listener, absl::string_view why) override {
    Told::RequestNotLetIn(listener, why);
    Say(RoomOf(listener), "request not let in listener=", listener, " why=", why);
  }
  void Quarantined(bool kept) override {
    Told::Quarantined(kept);
    Say(LogRoom::kWebhook, "quarantine kept=", kept ? "yes" : "no");
  }
  void Committed(int64_t appended, int64_t repeats, absl::Duration took) override {
    Told::Committed(appended, repeats, took);
    Say(LogRoom::kEvents, "commit appended=", appended, " repeats=", repeats,
        " took_us=", absl::ToInt64Microseconds(took));
  }
  void CommitFailed() override {
    Told::CommitFailed();
    Say(LogRoom::kEvents, "commit failed");
  }
  void EventsRemoved(int64_t events, absl::string_view why) override {
    Told::EventsRemoved(events, why);
    Say(LogRoom::kEvents, "removed events=", events, " why=", why);
  }
  void Checkpointed(bool vain) override {
    Told::Checkpointed(vain);
    Say(LogRoom::kEvents, "checkpoint whole=", vain ? "no" : "yes");
  }
  void LogProven(int64_t sequence, int64_t lsn, int64_t timeline) override {
    Told::LogProven(sequence, lsn, timeline);
    Say(LogRoom::kEvents, "proven sequence=", sequence, " lsn=", lsn, " timeline=", timeline);
  }
  void Delivered(int64_t events) override {
    Told::Delivered(events);
    Say(LogRoom::kStream, "delivered events=", events);
  }
  void CallOverQuota(absl::string_view caller, absl::string_view limit) override {
    Told::CallOverQuota(caller, limit);
    Say(LogRoom::kUsage, "over its limit caller=", caller, " limit=", limit);
  }
  void SpansEnded(int64_t spans, bool sent) override {
    Told::SpansEnded(spans, sent);
    Say(LogRoom::kTracing, "spans=", spans, " sent=", sent ? "yes" : "no");
  }

 private:
  static LogRoom RoomOf(absl::string_view listener) {
    if (listener == "webhook") return LogRoom::kWebhook;
    return listener == "admin" ? LogRoom::kAdmin : LogRoom::kRpc;
  }
  template <typename... Part>
  void Say(LogRoom room, const Part&... parts) const {
    if (lines_.wanted != nullptr && lines_.wanted(room)) lines_.write(room, absl::StrCat(parts...));
  }

  const DebugLines lines_;
};

}  // namespace kyc::admin

#endif  // SERVER_ADMIN_DEBUG_LINES_H_
