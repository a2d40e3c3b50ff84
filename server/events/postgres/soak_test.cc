// Servers are killed, frozen and promoted at random while three gateways append: nothing that was
// answered is lost or doubled, no sequence is left out, nothing is answered that is not proven, and
// service comes back by itself.
//
// By default a few faults; SOAK_FAULTS and SOAK_SEED in the environment for more, or the same
// again.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/events/postgres/postgres_log.h"
#include "server/events/postgres/testing/appender.h"
#include "server/events/postgres/testing/postgres_servers.h"
#include "server/events/postgres/testing/postgres_testing.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events::postgres {
namespace {

constexpr int kGateways = 3;
constexpr int kAppendersEach = 4;
constexpr int kFaults = 8;

uint32_t FromEnvironment(const char* name, uint32_t otherwise) {
  const char* text = std::getenv(name);
  uint32_t number = 0;
  return text != nullptr && absl::SimpleAtoi(text, &number) ? number : otherwise;
}

class SoakTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(OpenLogs());
    first_ = std::make_unique<Listener>(*logs_.front());
    for (size_t i = 0; i < logs_.size(); ++i) {
      for (int k = 0; k < kAppendersEach; ++k) {
        appenders_.push_back(std::make_unique<Appender>(*logs_[i], absl::StrCat("A", i, "-", k)));
      }
    }
  }
  void OpenLogs() {
    for (int i = 0; i < kGateways; ++i) {
      PostgresLogOptions options = OptionsOver(servers_, metrics_);
      options.log = nullptr;
      logs_.push_back(OpenLog(std::move(options)));
      ASSERT_NE(logs_.back(), nullptr);
    }
  }
  int Below(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random_); }
  // One of the others.
  int Standby() { return (primary_ + 1 + Below(2)) % 3; }
  int OtherStandby(int standby) const { return 3 - primary_ - standby; }

  void KillAndRestartPrimary() {
    servers_.Kill(primary_);
    servers_.Start(primary_);
  }
  void FailOver() {
    const int old = primary_;
    servers_.Kill(old);
    primary_ = servers_.FailOver(old);
    servers_.Rebuild(old, primary_);
  }
  void KillAStandby() {
    const int standby = Standby();
    servers_.Kill(standby);
    appenders_.front()->Await(1);
    servers_.Start(standby);
  }
  void KillBothStandbys() {
    const int one = Standby();
    servers_.Kill(one);
    servers_.Kill(OtherStandby(one));
    const auto refused = TryAppend(*logs_.front(), Notification("refused", "approved"));
    // A first one may have been on its way when they died; no later one is proven.
    const auto again = TryAppend(*logs_.front(), Notification("refused", "rejected"));
    EXPECT_EQ(ReasonOf(again.status()), "LOG_UNREACHABLE") << refused.status();
    servers_.Start(one);
    servers_.Start(OtherStandby(one));
  }
  void KillPrimaryAndAStandby() {
    const int standby = Standby();
    servers_.Kill(primary_);
    servers_.Kill(standby);
    servers_.Start(primary_);
    servers_.Start(standby);
  }
  void FreezePrimary() {
    servers_.Freeze(primary_);
    EXPECT_EQ(ReasonOf(TryAppend(*logs_.front(), Notification("frozen", "approved")).status()),
              "LOG_UNREACHABLE");
    servers_.Thaw(primary_);
  }
  std::string Fault() {
    switch (Below(6)) {
      case 0:
        return KillAndRestartPrimary(), "the primary is killed, and starts again";
      case 1:
        return FailOver(), "the primary is killed, and another one leads";
      case 2:
        return KillAStandby(), "a standby is killed, and starts again";
      case 3:
        return KillBothStandbys(), "both standbys are killed, and start again";
      case 4:
        return KillPrimaryAndAStandby(), "the primary and a standby are killed, and start again";
      default:
        return FreezePrimary(), "the primary hangs for a while";
    }
  }
  // Each gateway serves again.
  void AwaitService() {
    for (const auto& appender : appenders_) appender->Await(2);
  }

  CountingMetrics metrics_;
  PostgresServers servers_{2};
  std::vector<std::unique_ptr<PostgresLog>> logs_;
  std::unique_ptr<Listener> first_;  // Of the first log.
  std::vector<std::unique_ptr<Appender>> appenders_;
  std::mt19937 random_;
  int primary_ = 0;
};

TEST_F(SoakTest, NothingAcknowledgedIsLostOrDoubled) {
  const uint32_t seed = FromEnvironment("SOAK_SEED", std::random_device()());
  const auto faults = static_cast<int>(FromEnvironment("SOAK_FAULTS", kFaults));
  std::cout << "SOAK_SEED=" << seed << "\n";
  random_.seed(seed);
  for (int number = 1; number <= faults; ++number) {
    AwaitService();
    const std::string fault = Fault();
    AwaitService();
    std::cout << number << ": " << fault << std::endl;
    ASSERT_FALSE(HasFailure()) << "after fault " << number;
  }
  std::vector<const Appender*> all;
  int64_t acknowledged = 0;
  for (const auto& appender : appenders_) {
    appender->Stop();
    all.push_back(appender.get());
    acknowledged += appender->acknowledged();
  }
  std::cout << acknowledged << " acknowledged\n";
  first_->AwaitSequence(logs_.back()->ends().newest.sequence);
  ExpectAllKept(*logs_.front(), all);
}

}  // namespace
}  // namespace kyc::events::postgres
