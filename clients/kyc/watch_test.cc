#include "clients/kyc/watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "clients/kyc/cursor_file.h"
#include "clients/kyc/fake_gateway.h"

namespace kyc::client {
namespace {

namespace netzme = ::netzme::v1;
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

class WatchTest : public testing::Test {
 protected:
  // A file of its own for each test.
  WatchTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    command_.verb = Verb::kWatch;
    command_.cursor_file = testing::TempDir() + "/cursor-" + test->name();
    std::filesystem::remove(command_.cursor_file);
  }

  int Run(const FakeGateway& server) {
    command_.address = server.address();
    return Watch(command_, out_, err_, [this](absl::Duration pause) { pauses_.push_back(pause); });
  }

  std::string Saved() const { return *ReadCursor(command_.cursor_file); }

  Command command_;
  std::ostringstream out_, err_;
  std::vector<absl::Duration> pauses_;
};

TEST_F(WatchTest, StreamThatEndsIsReopenedFromTheLastCursor) {
  FakeGateway server({{{Started("c0"), EventsTo("c2", {1, 2})}, Unavailable()},
                      {{Started("c2"), EventsTo("c3", {3})}, Unavailable()}});
  EXPECT_EQ(Run(server), 64 + 3);  // The third request meets INVALID_ARGUMENT.
  EXPECT_EQ(out_.str(), "{\"sequence\":\"1\"}\n{\"sequence\":\"2\"}\n{\"sequence\":\"3\"}\n");
  const auto watches = server.watches();
  ASSERT_THAT(watches, SizeIs(3));
  EXPECT_EQ(watches[0].from(), netzme::FROM_LATEST);
  EXPECT_EQ(watches[1].cursor(), "c2");
  EXPECT_EQ(watches[2].cursor(), "c3");
  EXPECT_EQ(Saved(), "c3");
  EXPECT_THAT(pauses_, SizeIs(2));
  EXPECT_THAT(err_.str(), HasSubstr("the stream ended (draining), reopening it"));
}

TEST_F(WatchTest, StreamThatOnlyStartedIsReopenedFromThere) {
  FakeGateway server({{{Started("c7")}, Unavailable()}});
  Run(server);
  EXPECT_EQ(server.watches().at(1).cursor(), "c7");
}

TEST_F(WatchTest, SavedCursorGoesBeforeFrom) {
  ASSERT_TRUE(WriteCursor(command_.cursor_file, "c5").ok());
  command_.from_earliest = true;
  FakeGateway server;
  Run(server);
  EXPECT_EQ(server.watches().at(0).cursor(), "c5");
}

TEST_F(WatchTest, FileWithoutACursorIsRefusedAndLeftAsItIs) {
  for (const std::string& content : {std::string(), std::string("\n"), std::string("c5 c6\n"),
                                     std::string("c5\0", 3), std::string(5000, 'c')}) {
    std::ofstream(command_.cursor_file, std::ios::trunc | std::ios::binary) << content;
    FakeGateway server;
    err_.str("");
    EXPECT_EQ(Run(server), 1);
    EXPECT_THAT(server.watches(), SizeIs(0));
    EXPECT_EQ(err_.str(), "kyc watch: " + command_.cursor_file +
                              " holds no cursor, so where to go on is not known: put the last "
                              "cursor into it, or remove it to begin where --from says\n");
    EXPECT_EQ(std::filesystem::file_size(command_.cursor_file), content.size());
  }
}

TEST_F(WatchTest, CursorThatTheServerRefusesEndsTheWatchAndStaysInItsFile) {
  ASSERT_TRUE(WriteCursor(command_.cursor_file, "garbled").ok());
  FakeGateway server({{{}, grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "CURSOR_INVALID")}});
  EXPECT_EQ(Run(server), 64 + 3);
  EXPECT_THAT(err_.str(), HasSubstr("CURSOR_INVALID"));
  EXPECT_EQ(Saved(), "garbled");
}

TEST_F(WatchTest, NearRetentionIsReopenedWithoutPause) {
  netzme::WatchUpgradesResponse goodbye;
  goodbye.mutable_goodbye()->set_reason(netzme::GOODBYE_REASON_NEAR_RETENTION);
  goodbye.set_cursor("c1");
  FakeGateway server({{{goodbye}, grpc::Status(grpc::StatusCode::OUT_OF_RANGE, "behind")}});
  Run(server);
  EXPECT_EQ(server.watches().at(1).cursor(), "c1");
  EXPECT_THAT(pauses_, SizeIs(0));
}

TEST_F(WatchTest, EndThatCannotBeMendedIsPrinted) {
  FakeGateway server({{{}, grpc::Status(grpc::StatusCode::OUT_OF_RANGE, "CURSOR_EXPIRED")}});
  EXPECT_EQ(Run(server), 64 + 11);
  EXPECT_EQ(err_.str(), "ERROR:\n  Code: OutOfRange\n  Message: CURSOR_EXPIRED\n");
}

TEST_F(WatchTest, EventsThatCannotBePrintedDoNotMoveTheCursor) {
  FakeGateway server({{{Started("c0"), EventsTo("c2", {1, 2})}, grpc::Status::OK}});
  ASSERT_TRUE(WriteCursor(command_.cursor_file, "c0").ok());
  out_.setstate(std::ios::badbit);
  EXPECT_EQ(Run(server), 1);
  EXPECT_EQ(Saved(), "c0");
  EXPECT_EQ(err_.str(), "kyc watch: cannot write the events\n");
}

TEST_F(WatchTest, CursorThatCannotBeSavedEndsTheWatch) {
  command_.cursor_file = testing::TempDir() + "/no/such/folder/cursor";
  FakeGateway server({{{Started("c0")}, grpc::Status::OK}});
  EXPECT_EQ(Run(server), 1);
  EXPECT_THAT(err_.str(), HasSubstr("cannot write " + command_.cursor_file + ".new"));
}

}  // namespace
}  // namespace kyc::client
