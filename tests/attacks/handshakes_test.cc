// What strangers may do to a listener with TLS before they have agreed on keys: streams go on,
// others are served, it holds little memory and costs little.
//
// All is done on one thread of the gateway, so nobody waits longer for it than the CPU time that is
// asserted, and its turn among those that come.
#include <gtest/gtest.h>

#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/access/tls_test.h"
#include "tests/access/watching.h"
#include "tests/attacks/hostile.h"
#include "tests/support/sanitized.h"

namespace kyc::tests {
namespace {

constexpr int kSources = 20;
constexpr int kOfEach = 20;
constexpr double kMostCpuSeconds = 3;
constexpr int64_t kMostKib = 64 << 10;

struct Handshake {
  const char* name;
  bool whole;  // Agrees on keys, goes away, and comes again; else it stays and says only
  std::string bytes;
};

const std::vector<Handshake>& Handshakes() {
  // The head of a record with a ClientHello of 512 bytes, and its first ones.
  static const std::string part("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
  static const std::vector<Handshake> all = {
      {"Silence", false, ""},
      {"APartOfAHello", false, part},
      {"WholeOnes", true, ""},
  };
  return all;
}

class HandshakesTest : public TlsTest, public testing::WithParamInterface<Handshake> {
 protected:
  bool ServesANewConnection() { return Health(Connect(1, root_)) == "OK"; }

  // What one source does. Those that stay are kept.
  static void Come(uint16_t port, int source, std::vector<Hostile>& kept) {
    for (int i = 0; i < kOfEach; ++i) {
      Hostile hostile(port, {.source = source, .tls = GetParam().whole});
      if (GetParam().whole) continue;
      hostile.Send(GetParam().bytes);
      kept.push_back(std::move(hostile));
    }
  }
};

TEST_P(HandshakesTest, OthersGoOnAndItCostsLittle) {
  StartGateway({.grpc = absl::StrCat("listeners { address: \"127.0.0.1:0\" ", TlsBlock(), " }"),
                .more = kShippedLevel});
  const uint16_t port = gateway().grpc_ports().at(1);
  Watching neighbour(OpenChannel(gateway().grpc_port()));
  ASSERT_TRUE(neighbour.AwaitStarted());
  ASSERT_TRUE(ServesANewConnection());
  const Used before = UsedBy(gateway().process());
  std::vector<std::vector<Hostile>> kept(kSources);
  std::vector<std::thread> threads;
  for (int source = 0; source < kSources; ++source) {
    threads.emplace_back([&, source] { Come(port, source, kept[source]); });
  }
  const absl::Time asked = absl::Now();
  EXPECT_TRUE(ServesANewConnection());
  const absl::Duration waited = absl::Now() - asked;
  for (std::thread& thread : threads) thread.join();
  for (std::vector<Hostile>& of_source : kept) {
    for (Hostile& hostile : of_source) EXPECT_TRUE(hostile.AwaitEnd());
  }
  EXPECT_TRUE(ServesANewConnection());
  const Cost cost = CostOf(before, UsedBy(gateway().process()), waited);
  std::cout << GetParam().name << ": " << cost;
  neighbour.Cancel();
  EXPECT_EQ(neighbour.AwaitEnd().error_code(), grpc::StatusCode::CANCELLED) << "not before";
  if (kSanitized) return;
  EXPECT_LT(cost.used.cpu_seconds, kMostCpuSeconds);
  EXPECT_LT(cost.used.peak_kib, kMostKib);
}

INSTANTIATE_TEST_SUITE_P(All, HandshakesTest, testing::ValuesIn(Handshakes()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace kyc::tests
