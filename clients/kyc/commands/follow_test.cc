#include "clients/kyc/commands/follow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "clients/kyc/cli/exit.h"
#include "clients/kyc/cursor_file.h"
#include "clients/kyc/testing/fake_gateway.h"

namespace kyc::cli {
namespace {

namespace netzme = ::netzme::v1;
using client::FakeGateway;
using client::ReadCursor;
using client::WriteCursor;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

netzme::WatchUpgradesResponse Started(const std::string& cursor) {
  netzme::WatchUpgradesResponse message;
  message.mutable_started();
  message.set_cursor(cursor);
  return message;
}

netzme::WatchUpgradesResponse EventsTo(const std::string& cursor, std::vector<int> sequences) {
  netzme::WatchUpgradesResponse message;
  for (int sequence : sequences) message.mutable_events()->add_events()->set_sequence(sequence);
  message.set_cursor(cursor);
  return message;
}

grpc::Status Unavailable() { return grpc::Status(grpc::StatusCode::UNAVAILABLE, "draining"); }

class FollowTest : public testing::Test {
 protected:
  // A file of its own for each test.
  FollowTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    place_.cursor_file = testing::TempDir() + "/cursor-" + test->name();
    std::filesystem::remove(place_.cursor_file);
  }

  int Run(const FakeGateway& server) {
    session_.access.address = server.address();
    return Follow(session_, place_, [this](const netzme::Events& events) {
      if (!works_) return absl::DataLossError("cannot write the events");
      for (const auto& event : events.events()) sequences_.push_back(event.sequence());
      return absl::OkStatus();
    });
  }

  std::string Saved() const { return *ReadCursor(place_.cursor_file); }

  Place place_;
  std::istringstream in_;
  std::ostringstream out_, err_;
  Session session_{.in = in_, .out = out_, .err = err_};
  bool works_ = true;
  std::vector<int64_t> sequences_;
};

TEST_F(FollowTest, StreamThatEndsIsReopenedFromTheLastCursor) {
  FakeGateway server({{{Started("c0"), EventsTo("c2", {1, 2})}, Unavailable()},
                      {{Started("c2"), EventsTo("c3", {3})}, Unavailable()}});
  EXPECT_EQ(Run(server), kRefused);  // The third request meets INVALID_ARGUMENT.
  EXPECT_THAT(sequences_, ElementsAre(1, 2, 3));
  const auto watches = server.watches();
  ASSERT_THAT(watches, SizeIs(3));
  EXPECT_EQ(watches[0].from(), netzme::FROM_LATEST);
  EXPECT_EQ(watches[1].cursor(), "c2");
  EXPECT_EQ(watches[2].cursor(), "c3");
  EXPECT_EQ(Saved(), "c3");
  EXPECT_THAT(err_.str(), HasSubstr("the stream ended (draining), reopening it"));
}

TEST_F(FollowTest, StreamThatOnlyStartedIsReopenedFromThere) {
  FakeGateway server({{{Started("c7")}, Unavailable()}});
  Run(server);
  EXPECT_EQ(server.watches().at(1).cursor(), "c7");
}

TEST_F(FollowTest, SavedCursorGoesBeforeFrom) {
  ASSERT_TRUE(WriteCursor(place_.cursor_file, "c5").ok());
  place_.from = "earliest";
  FakeGateway server;
  Run(server);
  EXPECT_EQ(server.watches().at(0).cursor(), "c5");
}

TEST_F(FollowTest, FileWithoutACursorIsRefusedAndLeftAsItIs) {
  for (const std::string& content : {std::string(), std::string("\n"), std::string("c5 c6\n"),
                                     std::string("c5\0", 3), std::string(5000, 'c')}) {
    std::ofstream(place_.cursor_file, std::ios::trunc | std::ios::binary) << content;
    FakeGateway server;
    err_.str("");
    EXPECT_EQ(Run(server), 1);
    EXPECT_THAT(server.watches(), SizeIs(0));
    EXPECT_EQ(err_.str(), "kyc: " + place_.cursor_file +
                              " holds no cursor, so where to go on is not known: put the last "
                              "cursor into it, or remove it to begin where --from says\n");
    EXPECT_EQ(std::filesystem::file_size(place_.cursor_file), content.size());
  }
}

TEST_F(FollowTest, CursorThatTheServerRefusesEndsTheWatchAndStaysInItsFile) {
  ASSERT_TRUE(WriteCursor(place_.cursor_file, "garbled").ok());
  FakeGateway server({{{}, grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "CURSOR_INVALID")}});
  EXPECT_EQ(Run(server), kRefused);
  EXPECT_THAT(err_.str(), HasSubstr("CURSOR_INVALID"));
  EXPECT_EQ(Saved(), "garbled");
}

TEST_F(FollowTest, NearRetentionIsReopened) {
  netzme::WatchUpgradesResponse goodbye;
  goodbye.mutable_goodbye()->set_reason(netzme::GOODBYE_REASON_NEAR_RETENTION);
  goodbye.set_cursor("c1");
  FakeGateway server({{{goodbye}, grpc::Status(grpc::StatusCode::OUT_OF_RANGE, "behind")}});
  Run(server);
  EXPECT_EQ(server.watches().at(1).cursor(), "c1");
}

TEST_F(FollowTest, EventsThatCannotBePrintedDoNotMoveTheCursor) {
  FakeGateway server({{{Started("c0"), EventsTo("c2", {1, 2})}, grpc::Status::OK}});
  ASSERT_TRUE(WriteCursor(place_.cursor_file, "c0").ok());
  works_ = false;
  EXPECT_EQ(Run(server), kFailed);
  EXPECT_EQ(Saved(), "c0");
  EXPECT_EQ(err_.str(), "kyc: cannot write the events\n");
}

TEST_F(FollowTest, EndsOnceCaughtUpWhereThatIsAskedFor) {
  netzme::WatchUpgradesResponse caught_up;
  caught_up.mutable_caught_up();
  caught_up.set_cursor("c2");
  FakeGateway server({{{Started("c0"), EventsTo("c2", {1, 2}), caught_up}, Unavailable()}});
  place_.until_caught_up = true;
  EXPECT_EQ(Run(server), kDone);
  EXPECT_THAT(sequences_, ElementsAre(1, 2));
  EXPECT_EQ(Saved(), "c2");
}

TEST_F(FollowTest, SinceAndFiltersAreAskedFor) {
  place_.since = "2026-11-28T06:00:00.5Z";
  place_.filters = {"status=rejected", "account=a", "type=cdd", "customer=c"};
  place_.references = {"r1"};
  place_.full = true;
  FakeGateway server;
  Run(server);
  const auto request = server.watches().at(0);
  EXPECT_EQ(request.since().seconds(), 1795845600);
  EXPECT_EQ(request.since().nanos(), 500'000'000);
  EXPECT_EQ(request.filter().statuses(0), netzme::UPGRADE_STATUS_REJECTED);
  EXPECT_EQ(request.filter().accounts(0), "a");
  EXPECT_EQ(request.filter().types(0), "cdd");
  EXPECT_EQ(request.filter().cust_ids(0), "c");
  EXPECT_EQ(request.filter().original_reference_nos(0), "r1");
  EXPECT_EQ(request.view(), netzme::VIEW_FULL);
}

TEST_F(FollowTest, WhatIsNoFilterIsSaidBeforeAnythingIsCalled) {
  FakeGateway server;
  for (const char* filter : {"status", "status=", "status=gone", "nik=1", "=x"}) {
    place_.filters = {filter};
    EXPECT_EQ(Run(server), kWrongCommand) << filter;
  }
  EXPECT_THAT(server.watches(), SizeIs(0));
}

TEST(Since, IsATimeOrHowLongAgo) {
  const absl::Time now = absl::FromUnixSeconds(1'000'000);
  EXPECT_EQ(*SinceOf("2h", now), now - absl::Hours(2));
  EXPECT_EQ(*SinceOf("3d", now), now - absl::Hours(72));
  EXPECT_EQ(*SinceOf("90m", now), now - absl::Minutes(90));
  EXPECT_EQ(*SinceOf("1970-01-01T00:00:10+00:00", now), absl::FromUnixSeconds(10));
  for (const char* text : {"", "h", "-1h", "2w", "yesterday", "2026-11-28"}) {
    EXPECT_FALSE(SinceOf(text, now).ok()) << text;
  }
}

TEST_F(FollowTest, CursorThatCannotBeSavedEndsTheWatch) {
  place_.cursor_file = testing::TempDir() + "/no/such/folder/cursor";
  FakeGateway server({{{Started("c0")}, grpc::Status::OK}});
  EXPECT_EQ(Run(server), 1);
  EXPECT_THAT(err_.str(), HasSubstr("cannot write " + place_.cursor_file + ".new"));
}

}  // namespace
}  // namespace kyc::cli
