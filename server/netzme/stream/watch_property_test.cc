// What streams promise under any order of things: reopening after any cursor that was ever received
// shows exactly what followed. Random filters, batch sizes, limits, and moments at which the loop,
// the pool, the transport and the log go on; small rings, so that pages and ring meet often.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "server/netzme/stream/filter.h"
#include "server/netzme/stream/testing/service_room.h"

namespace kyc::netzme {
namespace {

using ::netzme::v1::UpgradeEvent;
using ::netzme::v1::UpgradeFilter;
using ::netzme::v1::WatchUpgradesRequest;

class World {
 public:
  explicit World(uint32_t seed)
      : random_(seed), room_({.events = static_cast<size_t>(Below(6)) + 1}) {}

  int Below(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random_); }

  // One event, or several of which some share a commit.
  void Append() {
    std::vector<UpgradeEvent> events;
    for (int i = Below(4) == 0 ? 1 + Below(8) : 1; i > 0; --i) events.push_back(AnyEvent());
    const std::vector<int64_t> sequences = room_.AppendTogether(events);
    for (size_t i = 0; i < events.size(); ++i) {
      events[i].set_sequence(sequences[i]);
      appended_.push_back(std::move(events[i]));
    }
  }

  UpgradeFilter AnyFilter() {
    UpgradeFilter filter;
    for (int i = Below(3); i > 0 && Below(2) == 0; --i) {
      filter.add_original_reference_nos(absl::StrCat("R-", Below(4)));
    }
    if (Below(3) == 0) filter.add_cust_ids(absl::StrCat("C-", Below(3)));
    if (Below(4) == 0) filter.add_types("cdd");
    if (Below(4) == 0) filter.add_statuses(::netzme::v1::UPGRADE_STATUS_REJECTED);
    return filter;
  }

  // Opens a stream that starts anywhere the request says, and lets everything happen in any order.
  std::vector<FakeStream::Response> Watch(const WatchUpgradesRequest& request, int steps,
                                          int append_up_to) {
    CallContext context;
    context.allow_full_view = true;
    const auto stream = room_.Watch(request, context);
    for (int i = 0; i < steps; ++i) Step(*stream, append_up_to);
    room_.Settle({stream.get()});
    return stream->messages();
  }

  // The sequences after `after`, up to `until`, that match.
  std::vector<int64_t> Expected(int64_t after, int64_t until, const UpgradeFilter& proto) const {
    const Filter filter(proto);
    std::vector<int64_t> sequences;
    for (const UpgradeEvent& event : appended_) {
      if (event.sequence() > after && event.sequence() <= until && filter.Matches(KeyOf(event))) {
        sequences.push_back(event.sequence());
      }
    }
    return sequences;
  }

  ServiceRoom& room() { return room_; }
  int64_t newest() const { return static_cast<int64_t>(appended_.size()); }

 private:
  UpgradeEvent AnyEvent() {
    UpgradeEvent event;
    event.set_original_reference_no(absl::StrCat("R-", Below(4)));
    event.set_cust_id(absl::StrCat("C-", Below(3)));
    event.set_type(Below(3) == 0 ? "cdd" : "upgrade_account");
    event.set_status(static_cast<::netzme::v1::UpgradeStatus>(1 + Below(3)));
    event.set_status_text(absl::StrCat(++made_));
    // Some are so large that a batch of full views holds two or one of them.
    const int size = Below(8);
    event.set_raw_body(std::string(size == 0 ? 70'000 : size == 1 ? 40'000 : 10, 'x'));
    return event;
  }

  void Step(FakeStream& stream, int append_up_to) {
    switch (Below(6)) {
      case 0:
      case 1:
        if (static_cast<int>(appended_.size()) < append_up_to) Append();
        break;
      case 2:
        room_.loop().RunOne();
        break;
      case 3:
        room_.pool().RunOne();
        break;
      case 4:
        stream.CompleteWrite();
        break;
      case 5:
        if (Below(4) == 0) room_.loop().AdvanceToTimer(room_.loop().now() + absl::Seconds(2));
    }
  }

  std::mt19937 random_;
  ServiceRoom room_;
  std::vector<UpgradeEvent> appended_;
  int made_ = 0;
};

std::vector<int64_t> SequencesOf(const std::vector<FakeStream::Response>& messages) {
  std::vector<int64_t> sequences;
  for (const auto& message : messages) {
    for (const auto& event : message.events().events()) sequences.push_back(event.sequence());
  }
  return sequences;
}

// Each message's cursor says exactly what was sent until then.
void CheckCursors(World& world, const std::vector<FakeStream::Response>& messages, int64_t after,
                  const UpgradeFilter& filter) {
  std::vector<int64_t> seen;
  for (const auto& message : messages) {
    for (const auto& event : message.events().events()) seen.push_back(event.sequence());
    const int64_t through = world.room().SequenceOf(message.cursor());
    ASSERT_EQ(seen, world.Expected(after, through, filter)) << message.ShortDebugString();
  }
}

class WatchPropertyTest : public testing::TestWithParam<uint32_t> {};

TEST_P(WatchPropertyTest, ReopeningAfterAnyCursorShowsExactlyWhatFollowed) {
  World world(GetParam());
  for (int i = world.Below(30); i > 0; --i) world.Append();
  WatchUpgradesRequest request;
  *request.mutable_filter() = world.AnyFilter();
  request.set_from(::netzme::v1::FROM_EARLIEST);
  request.set_view(world.Below(2) == 0 ? ::netzme::v1::VIEW_FULL : ::netzme::v1::VIEW_BASIC);
  request.mutable_heartbeat_interval()->set_seconds(1);

  const auto messages = world.Watch(request, 300, 60);
  ASSERT_EQ(SequencesOf(messages), world.Expected(0, world.newest(), request.filter()));
  CheckCursors(world, messages, 0, request.filter());

  for (const auto& message : messages) {
    const int64_t after = world.room().SequenceOf(message.cursor());
    WatchUpgradesRequest again = request;
    again.set_cursor(message.cursor());
    if (world.Below(2) == 0) again.set_max_events(1 + world.Below(5));
    const auto followed = world.Watch(again, 60, static_cast<int>(world.newest()) + 3);
    std::vector<int64_t> expected = world.Expected(after, world.newest(), request.filter());
    if (again.max_events() > 0 && expected.size() > static_cast<size_t>(again.max_events())) {
      expected.resize(static_cast<size_t>(again.max_events()));
    }
    ASSERT_EQ(SequencesOf(followed), expected) << "after " << after;
    CheckCursors(world, followed, after, request.filter());
  }
}

TEST_P(WatchPropertyTest, LatestShowsExactlyWhatFollowedStarted) {
  World world(GetParam() + 10'000);
  for (int i = world.Below(10); i > 0; --i) world.Append();
  const int64_t present = world.newest();
  WatchUpgradesRequest request;
  *request.mutable_filter() = world.AnyFilter();
  const auto messages = world.Watch(request, 200, 40);
  ASSERT_EQ(SequencesOf(messages), world.Expected(present, world.newest(), request.filter()));
  CheckCursors(world, messages, present, request.filter());
}

TEST_P(WatchPropertyTest, StopWhenCaughtUpShowsExactlyWhatWasStoredAtTheCall) {
  World world(GetParam() + 20'000);
  for (int i = world.Below(30); i > 0; --i) world.Append();
  const int64_t present = world.newest();
  WatchUpgradesRequest request;
  *request.mutable_filter() = world.AnyFilter();
  request.set_from(::netzme::v1::FROM_EARLIEST);
  request.set_stop_when_caught_up(true);
  const auto messages = world.Watch(request, 200, 60);
  ASSERT_EQ(SequencesOf(messages), world.Expected(0, present, request.filter()));
  ASSERT_EQ(messages.back().goodbye().reason(), ::netzme::v1::GOODBYE_REASON_CAUGHT_UP);
}

INSTANTIATE_TEST_SUITE_P(Seeds, WatchPropertyTest, testing::Range(1U, 31U));

}  // namespace
}  // namespace kyc::netzme
