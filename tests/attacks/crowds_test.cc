// What strangers may do to a gateway's gRPC listeners by many connections, each of which stays
// below its own bounds: streams go on, others are served, it holds little memory and costs little.
//
// All is done on one thread of the gateway, so nobody waits longer for it than the CPU time that is
// asserted.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/access/tls_test.h"
#include "tests/access/watching.h"
#include "tests/attacks/h2_attacks.h"
#include "tests/attacks/hostile.h"
#include "tests/support/sanitized.h"

namespace kyc::tests {
namespace {

// So that it is the crowd that costs, and not those who look for a place beside it.
constexpr absl::Duration kBetweenTries = absl::Milliseconds(20);
constexpr int kConnections = 40;
constexpr double kMostCpuSeconds = 3;
constexpr int kMostCrowds = 2;  // After one that cost more.
constexpr int64_t kMostKib = 64 << 10;

struct Crowd {
  const H2Attack* attack;
  int sources;
  bool tls;
};

std::vector<Crowd> Crowds() {
  std::vector<Crowd> all;
  for (const H2Attack& attack : H2Attacks()) {
    all.push_back({&attack, 1, false});
    all.push_back({&attack, 20, false});
    all.push_back({&attack, 1, true});
  }
  return all;
}

class CrowdsTest : public TlsTest, public testing::WithParamInterface<Crowd> {
 protected:
  void StartWithTls() {
    StartGateway({.grpc = absl::StrCat("listeners { address: \"127.0.0.1:0\" ", TlsBlock(), " }"),
                  .more = kShippedLevel});
  }
  bool ServesANewConnection() {
    return Health(OpenChannel(absl::StrCat("127.0.0.1:", gateway().grpc_port()),
                              grpc::InsecureChannelCredentials())) == "OK";
  }
  Cost Endure();
};

// One crowd, on a gateway that serves others meanwhile.
Cost CrowdsTest::Endure() {
  const Crowd& crowd = GetParam();
  const uint16_t port = gateway().grpc_ports().at(crowd.tls ? 1 : 0);
  Watching neighbour(OpenChannel(gateway().grpc_port()));
  EXPECT_TRUE(neighbour.AwaitStarted());
  const Used before = UsedBy(gateway().process());
  const std::string bytes = kH2Hello + crowd.attack->bytes;
  std::vector<std::thread> threads;
  std::latch all_sent(kConnections);
  for (int i = 0; i < kConnections; ++i) {
    threads.emplace_back([&, i] {
      Hostile hostile(port, {.source = i % crowd.sources, .tls = crowd.tls});
      hostile.Send(bytes);
      all_sent.arrive_and_wait();
    });
  }
  absl::Duration longest;
  do {
    const absl::Time asked = absl::Now();
    while (!ServesANewConnection()) {  // As long as the test has time.
      absl::SleepFor(kBetweenTries);
    }
    longest = std::max(longest, absl::Now() - asked);
  } while (!all_sent.try_wait());
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(ServesANewConnection());
  const Cost cost = CostOf(before, UsedBy(gateway().process()), longest);
  std::cout << cost;
  neighbour.Cancel();
  EXPECT_EQ(neighbour.AwaitEnd().error_code(), grpc::StatusCode::CANCELLED) << "not before";
  return cost;
}

TEST_P(CrowdsTest, OthersGoOnAndItCostsLittle) {
  StartWithTls();
  Cost cost = Endure();
  if (kSanitized) return;
  EXPECT_LT(cost.used.peak_kib, kMostKib);
  // What the machine does beside it costs as well: of more than one crowd, the least is its own.
  for (int more = 0; more < kMostCrowds && cost.used.cpu_seconds >= kMostCpuSeconds; ++more) {
    cost = Endure();
  }
  EXPECT_LT(cost.used.cpu_seconds, kMostCpuSeconds);
}

INSTANTIATE_TEST_SUITE_P(All, CrowdsTest, testing::ValuesIn(Crowds()), [](const auto& info) {
  return absl::StrCat(info.param.attack->name, info.param.sources > 1 ? "OfManySources" : "",
                      info.param.tls ? "OverTls" : "");
});

}  // namespace
}  // namespace kyc::tests
