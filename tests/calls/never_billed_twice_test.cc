// A call with a request_id is billed at most once, though its callers repeat it after whatever
// error and by several at once, though the upstream's connections end, and though gateways are
// killed at any moment between claim, send, answer and store. Every OK is the upstream's, and the
// same to all.
//
// KYC_KEYED_CALLS=20000 is the long run. Over a gateway that claims after it has sent this must
// fail: BUILD.bazel's claim_after_send_turns_red.
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/calls/billing_upstream.h"
#include "tests/notifications/log_engine.h"
#include "tests/support/client.h"
#include "tests/support/gateway.h"
#include "tests/support/gateway_files.h"
#include "tests/support/requests.h"

// Which program it is.
#ifndef KYC_GATEWAY
#define KYC_GATEWAY "server/kyc-gateway"
#endif

namespace kyc::tests {
namespace {

constexpr int kCallers = 16;
constexpr int kMostRepeats = 300;
// Between two kills.
constexpr unsigned kLongestPauseMs = 300;
// Who does not wait for a gateway that may be dead. Most calls take a tenth of it.
constexpr absl::Duration kImpatience = absl::Milliseconds(600);

// One of the gateways, which is killed and started again: on the main thread.
class Seat {
 public:
  Seat(const GatewayFiles& files, Transcript& transcript) : files_(files), transcript_(transcript) {
    Start();
  }

  void KillAndStart() {
    {
      const std::lock_guard lock(mutex_);
      client_ = nullptr;
    }
    EXPECT_EQ(gateway_->process().Kill(), -SIGKILL);
    Start();
  }
  // Waits until it serves.
  std::shared_ptr<Client> client() {
    std::unique_lock lock(mutex_);
    started_.wait(lock, [this] { return client_ != nullptr; });
    return client_;
  }

 private:
  void Start() {
    gateway_ = std::make_unique<Gateway>(files_, GatewayProgram{KYC_GATEWAY});
    {
      const std::lock_guard lock(mutex_);
      client_ = std::make_shared<Client>(gateway_->grpc_port(), transcript_);
    }
    started_.notify_all();
  }

  const GatewayFiles& files_;
  Transcript& transcript_;
  std::unique_ptr<Gateway> gateway_;  // The main thread's.
  std::mutex mutex_;
  std::condition_variable started_;
  std::shared_ptr<Client> client_;  // Guarded by mutex_. Null while it is not there.
};

class NeverBilledTwiceTest : public testing::Test {
 protected:
  NeverBilledTwiceTest() {
    std::cout << "seed " << seed_ << "\n";
    // A gateway that died has its keys for 30 s beyond the longest deadline.
    files_.Configure(
        {.widekyc_url = upstream_.url(),
         .grpc = "max_deadline { seconds: 2 } default_deadline { seconds: 2 }",
         .widekyc_upstream = "attempt_timeout { seconds: 1 } breaker { disabled: true }",
         .log_engine = engine_->Block()});
    for (int i = 0; i < engine_->gateways(); ++i) {
      seats_.push_back(std::make_unique<Seat>(files_, transcript_));
    }
  }

  // What one gateway does in seconds. Where there are several, a dead one's keys take half a
  // minute.
  size_t Keys() const {
    const char* keys = std::getenv("KYC_KEYED_CALLS");
    return keys == nullptr ? 2'000 / seats_.size() : static_cast<size_t>(std::atoi(keys));
  }
  // Some keys come twice, so that two callers have them at once.
  size_t KeyOf(size_t place) const { return place * 4 / 5; }
  static std::string RefOf(size_t key) { return absl::StrCat("call-", key); }

  // Whether its caller has its end with this answer.
  bool Heard(size_t key, const Reply<LivenessResponse>& answer) {
    const std::lock_guard lock(mutex_);
    const std::string end =
        answer.ok() ? "OK" : absl::StrCat(answer.error.code, " ", answer.error.reason);
    ++ends_[absl::StrCat(end, answer.replayed ? " replayed" : "")];
    if (answer.ok()) heard_[key].insert(answer.response.transaction().trx_id());
    const bool unknown = answer.error.reason == "REQUEST_OUTCOME_UNKNOWN";
    if (unknown) unknown_.insert(key);
    return unknown || answer.replayed;
  }

  // Repeats one call until it has its end. False: another gateway had it, and may be dead.
  bool CallToItsEnd(size_t key, bool patiently, std::mt19937& random) {
    LivenessRequest request = template_;
    request.set_cust_ref_no(RefOf(key));
    request.set_request_id(absl::StrCat("key-", key));
    for (int repeats = 0; repeats < kMostRepeats; ++repeats) {
      CallOptions how;
      if (!patiently) how.deadline = kImpatience;
      if (random() % 100 < 20) how.deadline = absl::Milliseconds(20 + random() % 200);
      const auto client = seats_[random() % seats_.size()]->client();
      const auto answer = client->DetectLiveness(request, how);
      if (Heard(key, answer) || (answer.ok() && random() % 2 == 0)) return true;
      if (!patiently && answer.error.reason == "REQUEST_IN_PROGRESS") return false;
    }
    ADD_FAILURE() << RefOf(key) << " has no end";
    return true;
  }

  // All of `keys` by many callers at once; `meanwhile` again and again on this thread until they
  // are done. Those that another gateway has.
  std::vector<size_t> CallAll(const std::vector<size_t>& keys, bool patiently,
                              const std::function<void()>& meanwhile) {
    std::atomic<size_t> next = 0;
    std::atomic<int> calling = kCallers;
    std::vector<size_t> left;
    std::vector<std::thread> callers;
    for (unsigned caller = 0; caller < kCallers; ++caller) {
      callers.emplace_back([&, caller] {
        std::mt19937 random(seed_ + caller);
        for (size_t place; (place = next++) < keys.size();) {
          if (CallToItsEnd(keys[place], patiently, random)) continue;
          const std::lock_guard lock(mutex_);
          left.push_back(keys[place]);
        }
        --calling;
      });
    }
    while (meanwhile && calling > 0) meanwhile();
    for (std::thread& caller : callers) caller.join();
    return left;
  }

  void KillOne() {
    // Not to wait for anything: the moment itself is what is random.
    std::this_thread::sleep_for(std::chrono::milliseconds(random_() % kLongestPauseMs));
    seats_[random_() % seats_.size()]->KillAndStart();
    ++kills_;
  }

  void ExpectEachBilledOnce(size_t keys) {
    std::vector<std::string> wrong;
    for (size_t key = 0; key < keys; ++key) {
      const BillingUpstream::Bill bill = upstream_.BillOf(RefOf(key));
      if (bill.whole - bill.refused > 1) {
        wrong.push_back(absl::StrCat(RefOf(key), " was billed ", bill.whole, " times"));
      }
      if (heard_[key].size() > 1) wrong.push_back(RefOf(key) + " has several answers");
      for (const std::string& trx_id : heard_[key]) {
        if (bill.answers.count(trx_id) == 0) wrong.push_back(RefOf(key) + " has another's answer");
      }
    }
    EXPECT_EQ(wrong.size(), 0U) << "the first: " << (wrong.empty() ? "" : wrong.front());
  }

  // The moments of which nobody knows afterwards, by what the upstream saw.
  void ExpectKilledAtEveryMoment() {
    int claimed = 0, sent = 0, told = 0;
    for (const size_t key : unknown_) {
      const BillingUpstream::Bill bill = upstream_.BillOf(RefOf(key));
      if (bill.whole == bill.refused) ++claimed;
      if (bill.left > 0) ++sent;
      if (bill.told > 0) ++told;
    }
    std::cout << kills_ << " kills; of " << unknown_.size() << " keys that are lost " << claimed
              << " were not sent, " << sent << " left an answer that was on its way, " << told
              << " had one that was not stored\n";
    EXPECT_GT(claimed, 0);
    EXPECT_GT(sent, 0);
    EXPECT_GT(told, 0);
  }

  const unsigned seed_ = std::random_device()();
  const LivenessRequest template_ = Liveness();
  BillingUpstream upstream_{seed_};
  const std::unique_ptr<LogEngine> engine_ = StartLogEngine();
  GatewayFiles files_;
  Transcript transcript_;
  std::vector<std::unique_ptr<Seat>> seats_;
  std::mt19937 random_{seed_};  // The main thread's,
  int kills_ = 0;               // and this too.
  std::mutex mutex_;
  std::map<std::string, int> ends_;                // Guarded by mutex_,
  std::map<size_t, std::set<std::string>> heard_;  // and these too.
  std::set<size_t> unknown_;
};

TEST_F(NeverBilledTwiceTest, WhateverIsRepeatedAndWhoeverIsKilled) {
  std::vector<size_t> keys;
  for (size_t place = 0; place < Keys() * 5 / 4; ++place) keys.push_back(KeyOf(place));
  const std::vector<size_t> left = CallAll(keys, false, [this] { KillOne(); });
  CallAll(left, true, nullptr);
  for (const auto& [end, count] : ends_) std::cout << count << " " << end << "\n";
  ExpectEachBilledOnce(Keys());
  ExpectKilledAtEveryMoment();
  EXPECT_GT(ends_["OK replayed"], 0);
  EXPECT_GT(heard_.size(), Keys() / 2);
}

}  // namespace
}  // namespace kyc::tests
