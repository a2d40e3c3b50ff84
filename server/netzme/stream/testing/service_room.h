// An UpgradeService over a real log in a temporary folder, with the rpc edge in a test's hands.
#ifndef SERVER_NETZME_STREAM_TESTING_SERVICE_ROOM_H_
#define SERVER_NETZME_STREAM_TESTING_SERVICE_ROOM_H_

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "server/call/error.h"
#include "server/events/testing/temporary_log.h"
#include "server/netzme/stream/testing/fake_loop.h"
#include "server/netzme/stream/testing/fake_stream.h"
#include "server/netzme/stream/upgrade_service.h"

namespace kyc::netzme {

// A request in Protobuf's text format.
inline ::netzme::v1::WatchUpgradesRequest Request(const std::string& text) {
  ::netzme::v1::WatchUpgradesRequest request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
  return request;
}

// Whether what VIEW_FULL shows is noted in the audit log.
enum class FullViews { kNotNoted, kNoted };

class ServiceRoom {
 public:
  explicit ServiceRoom(RingLimits limits = {}, int64_t retention_count = 1'000'000,
                       absl::Duration trim_notice = absl::ZeroDuration(),
                       FullViews full_views = FullViews::kNotNoted)
      : log_(retention_count, trim_notice),
        service_(log(), loop_, pool_.Runner(), nullptr,
                 {[this] { return loop_.now(); }, [this] { return loop_.now(); }}, limits,
                 full_views == FullViews::kNoted ? &log_.audit() : nullptr) {}
  explicit ServiceRoom(FullViews full_views)
      : ServiceRoom({}, 1'000'000, absl::ZeroDuration(), full_views) {}

  events::EventLog& log() { return log_.log(); }
  events::Audit& audit() { return log_.audit(); }
  void HoldCommits() { log_.HoldCommits(); }
  void LetCommit() { log_.LetCommit(); }
  events::Engine& engine() { return log_.engine(); }
  // Moves the log's clock alone, and waits until it has told what it is about to remove.
  void AdvanceLogToNotice(int seconds) {
    const int64_t posts = loop_.posts();
    log_.Advance(seconds);
    loop_.WaitForPosts(posts + 1);
  }
  // Moves the log's clock alone, and waits until events up to `sequence` are gone.
  void AdvanceLogToTrim(int seconds, int64_t sequence) {
    log_.Advance(seconds);
    while (log().ends().oldest.sequence < sequence) std::this_thread::yield();
  }
  FakeLoop& loop() { return loop_; }
  FakePool& pool() { return pool_; }
  UpgradeService& service() { return service_; }

  // Commits an event and returns its sequence; the hub is told of it as soon as the loop runs.
  int64_t Append(::netzme::v1::UpgradeEvent event) {
    const int64_t posts = loop_.posts();
    const int64_t sequence = log_.Append(std::move(event));
    loop_.WaitForPosts(posts + 1);
    return sequence;
  }
  // Two commits: the first event, and the others.
  std::vector<int64_t> AppendTogether(std::vector<::netzme::v1::UpgradeEvent> events) {
    const int64_t posts = loop_.posts();
    const bool two = events.size() > 1;
    // Who follows the log may see both at once: the second waits until the first was told.
    std::vector<int64_t> sequences =
        log_.AppendTogether(std::move(events), [this, posts] { loop_.WaitForPosts(posts + 1); });
    loop_.WaitForPosts(posts + (two ? 2 : 1));
    return sequences;
  }
  int64_t Append(const std::string& reference, size_t raw_bytes = 10) {
    return Append(NewEvent(reference, raw_bytes));
  }
  void AppendMany(int count, const std::string& reference = "R-1") {
    for (int i = 0; i < count; ++i) Append(reference);
  }
  // As the other AppendTogether.
  void AppendManyTogether(int count, const std::string& reference = "R-1") {
    std::vector<::netzme::v1::UpgradeEvent> events;
    for (int i = 0; i < count; ++i) events.push_back(NewEvent(reference, 10));
    AppendTogether(std::move(events));
  }

  std::unique_ptr<FakeStream> Watch(const ::netzme::v1::WatchUpgradesRequest& request,
                                    CallContext context = {}) {
    auto stream = std::make_unique<FakeStream>(std::move(context));
    auto producer = service_.Watch(stream.get(), request);
    if (producer.ok()) {
      stream->SetProducer(*std::move(producer));
    } else {
      stream->Finish(producer.status());
    }
    return stream;
  }

  // Runs loop and pool, and takes the writes of `readers`, until nothing is left to do.
  void Settle(std::initializer_list<FakeStream*> readers = {}) {
    bool moved = true;
    while (std::exchange(moved, false)) {
      while (loop_.RunOne() || pool_.RunOne()) moved = true;
      for (FakeStream* reader : readers) moved = reader->CompleteWrite() || moved;
    }
  }
  // The same until `done`, also for what the log answers by itself.
  template <typename Condition>
  void SettleUntil(std::initializer_list<FakeStream*> readers, Condition done) {
    while (Settle(readers), !done()) std::this_thread::yield();
  }
  // Moves the clock, settling after each timer.
  void Advance(absl::Duration duration, std::initializer_list<FakeStream*> readers = {}) {
    const absl::Time until = loop_.now() + duration;
    while (loop_.AdvanceToTimer(until)) Settle(readers);
  }

  // The same while the log does not answer.
  void AdvanceWithoutLog(absl::Duration duration, std::initializer_list<FakeStream*> readers) {
    const absl::Time until = loop_.now() + duration;
    while (loop_.AdvanceToTimer(until)) {
      while (loop_.RunOne()) {
      }
      for (FakeStream* reader : readers) reader->CompleteWrite();
    }
  }

  int64_t SequenceOf(const std::string& cursor) {
    const auto position = log().PositionFromText(cursor);
    EXPECT_TRUE(position.ok()) << position.status();
    return position.ok() ? position->sequence : -1;
  }

  // A stream as a script: "started 2 @2", "events 3 4 @4", "caught_up @4", "heartbeat @4",
  // "goodbye DRAINING @4", "end SERVER_DRAINING"; numbers are sequences, @ is the cursor's.
  std::vector<std::string> Script(const FakeStream& stream) {
    std::vector<std::string> script;
    for (const auto& message : stream.messages()) script.push_back(Line(message));
    if (stream.finished().has_value()) {
      const absl::Status& status = *stream.finished();
      script.push_back(absl::StrCat("end ", status.ok() ? "OK" : ReasonOf(status)));
    }
    return script;
  }

 private:
  ::netzme::v1::UpgradeEvent NewEvent(const std::string& reference, size_t raw_bytes) {
    ::netzme::v1::UpgradeEvent event;
    event.set_original_reference_no(reference);
    event.set_cust_id("C-1");
    event.set_status(::netzme::v1::UPGRADE_STATUS_APPROVED);
    event.set_type("upgrade_account");
    // Never a repeat.
    event.set_raw_body(absl::StrCat(++appended_, ":") + std::string(raw_bytes, 'x'));
    event.set_status_text(absl::StrCat("approved ", appended_));
    return event;
  }

  std::string Line(const ::netzme::v1::WatchUpgradesResponse& message) {
    using Response = ::netzme::v1::WatchUpgradesResponse;
    std::string line;
    switch (message.kind_case()) {
      case Response::kStarted:
        line = absl::StrCat("started ", SequenceOf(message.started().newest_cursor()));
        break;
      case Response::kEvents:
        line = "events";
        for (const auto& event : message.events().events()) {
          absl::StrAppend(&line, " ", event.sequence());
        }
        break;
      case Response::kCaughtUp:
        line = "caught_up";
        break;
      case Response::kHeartbeat:
        line = "heartbeat";
        break;
      case Response::kGoodbye:
        line = absl::StrCat(
            "goodbye ", ::netzme::v1::GoodbyeReason_Name(message.goodbye().reason()).substr(15));
        break;
      case Response::KIND_NOT_SET:
        line = "nothing";
    }
    return absl::StrCat(line, " @", SequenceOf(message.cursor()));
  }

  events::TemporaryLog log_;
  FakeLoop loop_;
  FakePool pool_;
  UpgradeService service_;
  int appended_ = 0;
};

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_STREAM_TESTING_SERVICE_ROOM_H_
