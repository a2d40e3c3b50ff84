// Calls with a request_id over a store that is full, read-only or gone, and under a wall clock that
// jumps: nothing is sent that is not noted, nothing is sent twice, and all goes on by itself.
#include <gtest/gtest.h>

#include <filesystem>
#include <ostream>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/support/client.h"
#include "tests/support/files.h"
#include "tests/support/gateway.h"
#include "tests/support/gateway_files.h"
#include "tests/support/holding_upstream.h"
#include "tests/support/requests.h"

namespace kyc::tests {
namespace {

LivenessRequest Keyed(const std::string& request_id) {
  LivenessRequest request = Liveness();
  request.set_request_id(request_id);
  return request;
}

class KeyedCallsTest : public testing::Test {
 protected:
  KeyedCallsTest() { files_.Configure({.widekyc_url = upstream_.url()}); }

  GatewayProgram Preloaded(const char* library) const {
    return {.environment = {
                absl::StrCat("LD_PRELOAD=", RunfilePath(absl::StrCat("tests/faults/", library))),
                absl::StrCat("IO_FAULTS_ORDERS=", files_.path("orders")),
                absl::StrCat("IO_FAULTS_FILES=",
                             std::filesystem::canonical(files_.path(".")).string(), "/events.db"),
                absl::StrCat("WALL_CLOCK_ERROR=", files_.path("clock")),
                // The sanitizer's own library need not come before the preloaded one.
                "ASAN_OPTIONS=verify_asan_link_order=0",
            }};
  }
  // At once whole.
  void Write(const std::string& name, const std::string& text) {
    WriteFile(files_.path(name + ".new"), text);
    std::filesystem::rename(files_.path(name + ".new"), files_.path(name));
  }
  void EndFault() { std::filesystem::remove(files_.path("orders")); }

  Reply<LivenessResponse> Call(const Gateway& gateway, const LivenessRequest& request) {
    return Client(gateway.grpc_port(), transcript_).DetectLiveness(request);
  }
  // Until the store takes it.
  Reply<LivenessResponse> CallUntilNoted(const Gateway& gateway, const LivenessRequest& request) {
    for (;;) {
      auto answer = Call(gateway, request);
      if (answer.error.reason != "LOG_UNAVAILABLE") return answer;
    }
  }

  HoldingUpstream upstream_{kLiveReply};
  GatewayFiles files_;
  Transcript transcript_;
};

struct Fault {
  const char* name;
  std::string orders;  // See io_faults.cc.
};
void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }

class KeyedCallsOnFailingDiskTest : public KeyedCallsTest,
                                    public testing::WithParamInterface<Fault> {};

TEST_P(KeyedCallsOnFailingDiskTest, WhatCannotBeNotedIsNotSent) {
  const Gateway gateway(files_, Preloaded("libio_faults.so"));
  upstream_.Release();
  EXPECT_TRUE(Call(gateway, Keyed("before")).ok());
  Write("orders", GetParam().orders);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Call(gateway, Keyed("call")).error.Summary(),
              "UNAVAILABLE LOG_UNAVAILABLE not_sent RetryInfo");
  }
  EXPECT_EQ(upstream_.arrived(), 1U);
  EXPECT_TRUE(Call(gateway, Liveness()).ok()) << "without a key it needs no store";
  EndFault();
  const auto first = CallUntilNoted(gateway, Keyed("call"));
  EXPECT_TRUE(first.ok());
  EXPECT_FALSE(first.replayed);
  EXPECT_TRUE(Call(gateway, Keyed("call")).replayed);
  EXPECT_TRUE(Call(gateway, Keyed("before")).replayed);
  EXPECT_EQ(upstream_.arrived(), 3U);
}

TEST_P(KeyedCallsOnFailingDiskTest, WhatIsAnsweredMeanwhileIsToldAndNotSentAgain) {
  const Gateway gateway(files_, Preloaded("libio_faults.so"));
  std::thread caller([&] {
    const auto answer = Call(gateway, Keyed("call"));
    EXPECT_TRUE(answer.ok()) << answer.error.Summary();
    EXPECT_FALSE(answer.replayed);
  });
  EXPECT_TRUE(upstream_.AwaitArrived(1));
  Write("orders", GetParam().orders);
  upstream_.Release();
  caller.join();
  EXPECT_TRUE(Call(gateway, Keyed("call")).replayed) << "it is known, though not stored";
  EXPECT_EQ(Call(gateway, Keyed("other")).error.reason, "LOG_UNAVAILABLE");
  EndFault();
  EXPECT_TRUE(CallUntilNoted(gateway, Keyed("other")).ok());
  EXPECT_TRUE(Call(gateway, Keyed("call")).replayed);
  EXPECT_EQ(upstream_.arrived(), 2U);
}

INSTANTIATE_TEST_SUITE_P(Faults, KeyedCallsOnFailingDiskTest,
                         testing::Values(Fault{"Full", "write 28\ntruncate 28\n"},
                                         Fault{"ReadOnly", "write 30\n"},
                                         Fault{"Gone", "write 5\nsync 5\nread 5\ntruncate 5\n"},
                                         Fault{"CannotSync", "sync 5\n"}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_F(KeyedCallsTest, NoWallClockThatJumpsFreesAKey) {
  upstream_.Release();
  const Gateway gateway(files_, Preloaded("libwall_clock.so"));
  EXPECT_TRUE(Call(gateway, Keyed("call")).ok());
  for (const char* error : {"7862400", "-7862400", "2000000000", "0"}) {
    Write("clock", error);
    EXPECT_TRUE(Call(gateway, Keyed(absl::StrCat("new", error))).ok());
    const auto again = Call(gateway, Keyed("call"));
    EXPECT_TRUE(again.replayed) << error << " " << again.error.Summary();
  }
  EXPECT_EQ(upstream_.arrived(), 5U);
}

}  // namespace
}  // namespace kyc::tests
