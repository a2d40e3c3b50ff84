#include "server/admin/live.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kyc::admin {
namespace {

using testing::HasSubstr;

class LiveTest : public testing::Test {
 protected:
  std::vector<ReadyCheck> checks_;
  std::string calls_ = "{\"calls\":[1]}\n";
  const Live live_{{.metrics = [] { return "a{b=\"c\"} 1\n"; },
                    .calls = [this] { return calls_; },
                    .others = [] { return "{\"watchers\":[],\"log\":null,\"usage\":null}"; },
                    .ready = [this] { return checks_; }}};
};

TEST_F(LiveTest, EachPieceIsAnEventAndCallsComeWhenTheyAreOthers) {
  const http::HttpReply reply = live_.Reply();
  EXPECT_EQ(reply.content_type, "text/event-stream");
  ASSERT_NE(reply.pieces, nullptr);
  EXPECT_EQ(reply.pieces->next(),
            "data: {\"ready\":true,\"reasons\":\"ok\\n\",\"metrics\":\"a{b=\\\"c\\\"} 1\\n\","
            "\"calls\":[1],\"watchers\":[],\"log\":null,\"usage\":null}\n\n");
  checks_ = {{"event_log", ReadyCheck::Is::kFails, "no disk"}};
  EXPECT_EQ(reply.pieces->next(),
            "data: {\"ready\":false,\"reasons\":\"no disk\\n\",\"metrics\":\"a{b=\\\"c\\\"} "
            "1\\n\",\"watchers\":[],\"log\":null,\"usage\":null}\n\n");
  calls_ = "{\"calls\":[2]}\n";
  EXPECT_THAT(reply.pieces->next(), HasSubstr(",\"calls\":[2],"));
  // Who comes later is told them all the same.
  EXPECT_THAT(live_.Reply().pieces->next(), HasSubstr(",\"calls\":[2],"));
}

TEST_F(LiveTest, ThereIsABoundAndWhoLeavesMakesRoom) {
  std::vector<http::HttpReply> open;
  for (int i = 0; i < Live::kMostAtOnce; ++i) open.push_back(live_.Reply());
  EXPECT_EQ(open.back().status, 200);
  EXPECT_EQ(live_.Reply().status, 503);
  EXPECT_THAT(live_.Reply().body, HasSubstr("close one"));
  open.pop_back();
  EXPECT_EQ(live_.Reply().status, 200);
}

}  // namespace
}  // namespace kyc::admin
