// Run by cluster.sh inside a cluster that it has started, with its state as the only argument:
// servers under Patroni and etcd are killed, frozen, cut off and handed over while notifications
// arrive at both sidecars and both gateways are watched. Service comes back by itself, and nothing
// that was answered 200 is lost or doubled.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <future>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "tests/cluster/load.h"
#include "tests/support/child_process.h"
#include "tests/support/http.h"

namespace kyc::tests {
namespace {

// Those of cluster.sh.
constexpr uint16_t kWebhooks = 8181;
constexpr uint16_t kGrpcs = 15051;
constexpr uint16_t kSidecarAdmin = 9191;
constexpr uint16_t kGatewayAdmins = 9193;
constexpr int kProcesses = 2;  // Sidecars, and gateways.

// A steady flow, of some 200 a second.
constexpr int kSenders = 8;
constexpr absl::Duration kBetween = absl::Milliseconds(40);

std::string* state = nullptr;

std::string Text(const std::string& file_in_state) {
  std::ifstream file(absl::StrCat(*state, "/", file_in_state));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string CallbackToken() {
  return std::string(absl::StripAsciiWhitespace(Text("secrets/netzme-callback-token")));
}

ChildProcess StartFault(const std::string& fault, const std::string& name = "") {
  std::vector<std::string> arguments = {*state, fault};
  if (!name.empty()) arguments.push_back(name);
  return ChildProcess("tools/embedded/fault.sh", arguments);
}

// What fault.sh prints: the name that it came to.
std::string Fault(const std::string& fault, const std::string& name = "") {
  const ChildProcess process = StartFault(fault, name);
  EXPECT_EQ(process.AwaitEnd().value_or(-1), 0) << fault << ": " << process.StandardError();
  return std::string(absl::StripAsciiWhitespace(process.StandardOutput()));
}

class PatroniTest : public testing::Test {
 protected:
  void TearDown() override { End(); }

  void End() {
    load_.End([] {
      for (int i = 1; i <= kProcesses; ++i) Fault("kill", absl::StrCat("gateway-", i));
    });
  }

  // The server that leads is gone by `fault`, another one leads by itself, and `undo` brings it
  // back as one that follows.
  void FailOver(const std::string& fault, const std::string& undo) {
    const std::string gone = Fault(fault);
    const absl::Time began = absl::Now();
    const ChildProcess other = StartFault("await-other", gone);
    ASSERT_NO_FATAL_FAILURE(load_.AwaitRefusals(2 * kSenders));
    EXPECT_EQ(Get(kSidecarAdmin, "/readyz").status, 503);
    ReportTimes(fault, other, began);
    ASSERT_NO_FATAL_FAILURE(load_.AwaitAnswers(Load::kAnswersThatShow));
    Fault(undo, gone);
    EXPECT_NE(Fault("await-whole"), gone) << "it leads again";
    ASSERT_NO_FATAL_FAILURE(load_.AwaitAnswers(Load::kAnswersThatShow));
  }

  // Until another one leads, is followed, and waits for one by name, which is Patroni's own time;
  // and until the first 200.
  void ReportTimes(const std::string& fault, const ChildProcess& other, absl::Time began) const {
    const auto report = [&](const char* what) {
      std::cout << fault << ": " << what << " after "
                << absl::Trunc(absl::Now() - began, absl::Milliseconds(1)) << std::endl;
    };
    const std::future<void> answers = std::async(std::launch::async, [&] {
      load_.AwaitAnswers(1);
      report("the first 200");
    });
    ASSERT_TRUE(other.AwaitOutput("server-")) << other.StandardError();
    report("another one leads");
    ASSERT_TRUE(other.AwaitOutput("followed")) << other.StandardError();
    report("it is followed");
    ASSERT_TRUE(other.AwaitOutput("named")) << other.StandardError();
    report("whom it waits for is named");
  }

  // Of these nobody but Patroni has to know.
  void Beat(const std::string& fault, const std::string& undo) {
    const std::string gone = Fault(fault);
    ASSERT_NO_FATAL_FAILURE(load_.AwaitAnswers(Load::kAnswersThatShow));
    Fault(undo, gone);
    Fault("await-whole");
  }

  void ExpectAllOnce() {
    EXPECT_EQ(load_.others(), 0) << "an answer other than 200 and 503";
    EXPECT_EQ(load_.stream_ends(), 0) << "a stream ended";
    End();
    for (int i = 1; i <= kProcesses; ++i) Fault("start", absl::StrCat("gateway-", i));
    const absl::Time patience = absl::Now() + kPatience;
    for (int i = 0; i < kProcesses; ++i) {
      while (Get(static_cast<uint16_t>(kGatewayAdmins + i), "/readyz").status != 200) {
        ASSERT_LT(absl::Now(), patience) << "gateway-" << i + 1;
      }
    }
    load_.ExpectAllOnce();
    for (const char* log : {"sidecar-1.log", "sidecar-2.log", "gateway-1.log", "gateway-2.log"}) {
      EXPECT_THAT(Text(log), testing::Not(testing::HasSubstr("HISTORY LOST"))) << log;
      // Who has just been promoted waits for nobody until Patroni has looked at it again.
      const std::string text =
          absl::StrReplaceAll(Text(log), {{"synchronous_standby_names is empty", ""}});
      EXPECT_THAT(text, testing::Not(testing::HasSubstr("synchronous_standby_names")))
          << log << " finds fault with what Patroni writes";
    }
  }

  // Whether each machine has a network of its own, which can be cut.
  const bool has_networks_ = std::getenv("KYC_NETWORKS") != nullptr;
  Load load_{{.sidecars = kProcesses,
              .webhook_port = [](int number) { return static_cast<uint16_t>(kWebhooks + number); },
              .gateways = kProcesses,
              .grpc_port = [](int number) { return static_cast<uint16_t>(kGrpcs + number); },
              .callback_token = CallbackToken(),
              .senders = kSenders,
              .pause = kBetween}};
};

TEST_F(PatroniTest, WhateverHappensNothingAnsweredIsLostOrRepeatedAndServiceComesBackByItself) {
  const std::vector<std::function<void()>> faults = {
      [this] { FailOver("kill-leader", "start"); },
      [this] { Beat("kill-etcd-leader", "start"); },
      [] {
        const std::string leads = Fault("switchover");
        EXPECT_EQ(Fault("await-whole"), leads);
      },
      [this] { FailOver("freeze-leader", "thaw"); },
      [this] { Beat("kill-standby", "start"); },
      [this] {
        if (has_networks_) FailOver("cut-leader", "heal");
      },
      [this] {
        if (has_networks_) Beat("cut-standby", "heal");
      },
  };
  Fault("await-whole");
  load_.AwaitAnswers(Load::kAnswersThatShow);
  for (size_t at = 0; at < faults.size() && !HasFailure(); ++at) {
    SCOPED_TRACE(absl::StrCat("fault ", at));
    faults[at]();
    if (!HasFailure()) load_.AwaitAnswers(Load::kAnswersThatShow);
  }
  ExpectAllOnce();
}

}  // namespace
}  // namespace kyc::tests

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc != 2) {
    std::cerr << "usage: patroni_test STATE, by tools/embedded/cluster.sh\n";
    return 2;
  }
  kyc::tests::state = new std::string(argv[1]);
  return RUN_ALL_TESTS();
}
