// What strangers may do to a gateway's gRPC listener: none of it keeps others out, holds much
// memory or costs much.
#include <gtest/gtest.h>

#include <iostream>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "tests/attacks/hostile.h"
#include "tests/support/client.h"
#include "tests/support/gateway.h"
#include "tests/support/gateway_files.h"
#include "tests/support/gateway_test.h"
#include "tests/support/http.h"
#include "tests/support/requests.h"
#include "tests/support/sanitized.h"

namespace kyc::tests {
namespace {

constexpr uint8_t kData = 0, kHeaders = 1, kPriority = 2, kReset = 3, kSettings = 4, kPing = 6,
                  kGoaway = 7, kWindowUpdate = 8, kContinuation = 9;

std::string Times(int count, const std::string& frame) {
  std::string all;
  all.reserve(static_cast<size_t>(count) * frame.size());
  for (int i = 0; i < count; ++i) all += frame;
  return all;
}

std::string HeaderBlock(int megabytes) {
  const std::string part(16'384, '\x40');
  return H2Frame(kHeaders, 0, 1, part) + Times(64 * megabytes, H2Frame(kContinuation, 0, 1, part));
}

std::string RapidResets(uint32_t count) {
  std::string all;
  for (uint32_t i = 0; i < count; ++i) {
    all += H2Call(2 * i + 1) + H2Frame(kReset, 0, 2 * i + 1, std::string(3, 0) + '\x08');
  }
  return all;
}

std::string Calls(uint32_t count) {
  std::string all;
  for (uint32_t i = 0; i < count; ++i) all += H2Call(2 * i + 1);
  return all;
}

// The gateway's own CPU and memory; what it is compared with costs libgrpc without our bounds 5 CPU
// seconds and 300 MiB at least, so both leave a slow machine room.
constexpr double kMostCpuSeconds = 3;
constexpr int64_t kMostKib = 64 << 10;

struct Attack {
  const char* name;
  int connections;
  std::string bytes;
  bool ends;  // The gateway ends the connections.
};

const std::vector<Attack>& Attacks() {
  static const std::vector<Attack> all = {
      {"HeaderBlockOf24Megabytes", 1, kH2Hello + HeaderBlock(24), true},
      {"HeaderBlockAtOnceWithoutAPreface", 1, HeaderBlock(1), true},
      {"EmptyContinuations", 1,
       kH2Hello + H2Frame(kHeaders, 0, 1, "") + Times(100'000, H2Frame(kContinuation, 0, 1, "")),
       true},
      {"RapidResets", 1, kH2Hello + RapidResets(100'000), true},
      {"RapidResetsOnMany", 10, kH2Hello + RapidResets(5'000), true},
      {"Settings", 1, kH2Hello + Times(200'000, H2Frame(kSettings, 0, 0, "")), true},
      {"Pings", 1, kH2Hello + Times(200'000, H2Frame(kPing, 0, 0, "8 bytes.")), true},
      {"Priorities", 1, kH2Hello + Times(200'000, H2Frame(kPriority, 0, 1, "depen")), true},
      {"Goodbyes", 1, kH2Hello + Times(200'000, H2Frame(kGoaway, 0, 0, "last why")), true},
      {"UnknownFrames", 1, kH2Hello + Times(200'000, H2Frame(200, 0, 0, "?")), true},
      {"EmptyData", 1, kH2Hello + Times(200'000, H2Frame(kData, 0, 1, "")), true},
      {"WindowUpdates", 1,
       kH2Hello + Times(4'000'000, H2Frame(kWindowUpdate, 0, 0, std::string(3, 0) + '\x01')), true},
      {"EndsOfNoStreams", 1, kH2Hello + Times(4'000'000, H2Frame(kData, 1, 1, "")), true},
      {"Http1", 50, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", true},
      {"TlsWhereNoneIsSpoken", 50, "\x16\x03\x01\x02\x05\x01", true},
      {"Silence", 500, "", true},
      {"APartOfThePreface", 500, kH2Hello.substr(0, 10), true},
      {"PrefaceAlone", 500, kH2Hello.substr(0, 24), true},
      {"IdleConnections", 2'000, kH2Hello, false},
      {"CallsThatNeverEnd", 10, kH2Hello + Calls(500), false},
  };
  return all;
}

class AttacksTest : public GatewayTest, public testing::WithParamInterface<Attack> {};

TEST_P(AttacksTest, NeighboursGoOnAndItCostsLittle) {
  Start({.more = kShippedLevel});
  ASSERT_TRUE(client().DetectLiveness(Liveness()).ok());
  const Used before = UsedBy(gateway().process());
  std::vector<Hostile> hostile;
  for (int i = 0; i < GetParam().connections; ++i) {
    hostile.emplace_back(gateway().grpc_port());
    hostile.back().Send(GetParam().bytes);
  }
  EXPECT_TRUE(client().DetectLiveness(Liveness()).ok()) << "on an old connection";
  const absl::Time asked = absl::Now();
  Client newcomer(gateway().grpc_port(), transcript());
  EXPECT_TRUE(newcomer.DetectLiveness(Liveness()).ok()) << "on a new one";
  const absl::Duration waited = absl::Now() - asked;
  if (GetParam().ends) {
    for (Hostile& each : hostile) EXPECT_TRUE(each.AwaitEnd());
  }
  const Cost cost = CostOf(before, UsedBy(gateway().process()), waited);
  std::cout << GetParam().name << ": " << cost;
  if (kSanitized) return;
  EXPECT_LT(cost.used.cpu_seconds, kMostCpuSeconds);
  EXPECT_LT(cost.used.peak_kib, kMostKib);
}

INSTANTIATE_TEST_SUITE_P(All, AttacksTest, testing::ValuesIn(Attacks()),
                         [](const auto& info) { return info.param.name; });

// libgrpc's own listener never takes another connection after this.
TEST(FewFilesTest, ServesAgainOnceDescriptorsThatRanOutAreThere) {
  GatewayFiles files;
  files.Configure({.finpay_url = "http://127.0.0.1:9", .more = "drain_timeout {}"});
  const Gateway gateway(files, {.path = "tests/attacks/few_files.sh"});
  {
    std::vector<Hostile> idle;
    for (int i = 0; i < 300; ++i) {
      idle.emplace_back(gateway.grpc_port());
      idle.back().Send(kH2Hello);
    }
    EXPECT_TRUE(idle.back().AwaitEnd()) << "turned away";
  }
  Transcript transcript;
  Client client(gateway.grpc_port(), transcript);
  EXPECT_EQ(client.CreateWidget({}).error.code, "INVALID_ARGUMENT") << "served";
  EXPECT_EQ(Get(gateway.admin_port(), "/readyz").status, 200);
  EXPECT_GT(gateway.Metric("kyc_connections_total{listener=\"grpc\",result=\"no_descriptor\"}"), 0);
  EXPECT_EQ(gateway.process().Stop(), 0);
}

}  // namespace
}  // namespace kyc::tests
