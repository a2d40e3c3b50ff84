#include "server/room_logs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

namespace kyc {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class RoomLogsTest : public testing::Test {
 protected:
  RoomLogsTest() : logs_(Made(lines_)) {}

  static std::shared_ptr<spdlog::logger> Made(std::ostream& to) {
    auto log = std::make_shared<spdlog::logger>(
        "kyc", std::make_shared<spdlog::sinks::ostream_sink_mt>(to));
    log->set_pattern("%v");
    return log;
  }
  bool Says(LogRoom room) const { return logs_.Of(room)->should_log(spdlog::level::debug); }

  std::ostringstream lines_;
  RoomLogs logs_;
};

TEST_F(RoomLogsTest, EachRoomHasALevelOfItsOwnUntilThatIsTakenBack) {
  EXPECT_TRUE(logs_.Set("upstream", "debug").ok());
  logs_.Of(LogRoom::kUpstream)->debug("told");
  logs_.Of(LogRoom::kRpc)->debug("not told");
  EXPECT_THAT(lines_.str(), StartsWith("told"));
  EXPECT_EQ(lines_.str().find("not told"), std::string::npos);
  EXPECT_THAT(logs_.Text(), StartsWith("process info\nrpc info\nupstream debug, until the process "
                                       "ends; configured: info\nwebhook info\n"));
  EXPECT_TRUE(logs_.Set("upstream", "configured").ok());
  EXPECT_FALSE(Says(LogRoom::kUpstream));
}

TEST_F(RoomLogsTest, TheConfigurationsLevelIsOfRoomsWithoutOne) {
  EXPECT_TRUE(logs_.Set("events", "info").ok());
  logs_.Configure("debug");
  EXPECT_TRUE(Says(LogRoom::kStream));
  EXPECT_FALSE(Says(LogRoom::kEvents));
  EXPECT_TRUE(logs_.Set("", "error").ok());
  EXPECT_FALSE(logs_.Of(LogRoom::kStream)->should_log(spdlog::level::warn));
  EXPECT_TRUE(logs_.Set("", "configured").ok());
  EXPECT_TRUE(Says(LogRoom::kEvents));
}

TEST_F(RoomLogsTest, OthersAreRefusedWithWhatThereIs) {
  EXPECT_THAT(logs_.Set("rpc", "trace").message(),
              HasSubstr("one of debug, info, warn, error; or configured"));
  EXPECT_THAT(logs_.Set("kitchen", "debug").message(), HasSubstr("one of process, rpc, upstream"));
  EXPECT_FALSE(logs_.Set("rpc", "").ok());
  EXPECT_FALSE(Says(LogRoom::kRpc));
}

}  // namespace
}  // namespace kyc
