// An upstream that takes every call and answers none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/gateway_test.h"
#include "tests/support/holding_upstream.h"
#include "tests/support/many_calls.h"
#include "tests/support/requests.h"
#include "tests/support/sanitized.h"

namespace kyc::tests {
namespace {

constexpr size_t kCalls = 10'000;
// As many as may wait at once for room to be read in.
constexpr size_t kWave = 1000;
// For each call at most 64 KiB beside its image: gRPC's stream, libcurl's handle, both sockets' own
// buffers not counted. Twice what it takes.
constexpr int64_t kMostMemoryKiB = kCalls * 64 + (100 << 10);
constexpr char kSlotsUsed[] =
    "kyc_upstream_slots{account=\"first\",state=\"used\",upstream=\"widekyc\"} ";

// The limit on open files for this process, and what it starts, while the object lives.
class FileLimit {
 public:
  explicit FileLimit(rlim_t soft) {
    getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit limit = {.rlim_cur = soft, .rlim_max = before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  ~FileLimit() {
    const rlimit limit = {.rlim_cur = before_.rlim_max, .rlim_max = before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  FileLimit(const FileLimit&) = delete;
  FileLimit& operator=(const FileLimit&) = delete;

 private:
  rlimit before_ = {};
};

// Calls to the other upstream, one after another, until it is destroyed or one fails.
class Others {
 public:
  explicit Others(Client& client) : thread_([this, &client] { Run(client); }) {}
  ~Others() { End(); }
  Others(const Others&) = delete;
  Others& operator=(const Others&) = delete;

  void End() {
    over_ = true;
    if (thread_.joinable()) thread_.join();
  }
  size_t answered() const { return answered_; }

 private:
  void Run(Client& client) {
    const WidgetRequest request = Widget();
    std::string end = "OK";
    while (!over_ && end == "OK") {
      end = client.CreateWidget(request).error.Summary();
      ++answered_;
    }
    EXPECT_EQ(end, "OK") << "call " << answered_ << " to the other upstream";
  }

  std::atomic<bool> over_ = false;
  std::atomic<size_t> answered_ = 0;
  std::thread thread_;
};

class StalledUpstreamTest : public GatewayTest {
 protected:
  // A gateway started under a service manager's usual limit.
  void StartHere(const std::string& grpc) {
    const FileLimit usual(1024);
    Start({.widekyc_url = stalled_.url(),
           .grpc = grpc,
           .widekyc_upstream =
               "slots: 10000 attempt_timeout { seconds: 60 } breaker { disabled: true }"});
  }

  // Starts calls until so many are in flight.
  void Fill(size_t count) {
    LivenessRequest small = Liveness();
    small.mutable_selfie_image()->resize(100);
    const grpc::Slice request(small.SerializeAsString());
    while (waves_.size() * kWave < count) {
      waves_.push_back(std::make_unique<ManyCalls>(gateway().grpc_port(), kLivenessMethod, request,
                                                   kWave, transcript()));
      ASSERT_TRUE(stalled_.AwaitArrived(waves_.size() * kWave)) << stalled_.arrived();
    }
  }

  std::map<std::string, size_t> AwaitEnds() {
    std::map<std::string, size_t> ends;
    for (const auto& wave : waves_) {
      EXPECT_TRUE(wave->AwaitEnded(kWave));
      for (const ErrorView& error : wave->Ended()) ++ends[error.Summary()];
    }
    return ends;
  }

  HoldingUpstream stalled_{kLiveReply};
  std::vector<std::unique_ptr<ManyCalls>> waves_;
};

TEST_F(StalledUpstreamTest, TenThousandCallsEndByTheirDeadlineAndOtherCallsGoOn) {
  StartHere("max_deadline { seconds: 30 }");
  Others others(client());
  ASSERT_NO_FATAL_FAILURE(Fill(kCalls));
  EXPECT_EQ(gateway().Metric(kSlotsUsed), kCalls);
  const size_t answered_before = others.answered();
  EXPECT_EQ(
      AwaitEnds(),
      (std::map<std::string, size_t>{{"DEADLINE_EXCEEDED CALLER_DEADLINE unknown -", kCalls}}));
  others.End();
  EXPECT_GT(others.answered(), answered_before);
  EXPECT_TRUE(stalled_.AwaitGivenUp(kCalls)) << "every transfer must be aborted";
  EXPECT_EQ(gateway().Metric(kSlotsUsed), 0);
  const int64_t memory = gateway().process().ProcStatus("VmHWM");
  std::cout << "peak memory with " << kCalls << " calls in flight: " << memory << " KiB; "
            << others.answered() << " other calls answered meanwhile\n";
  EXPECT_GT(memory, 0);
  EXPECT_TRUE(kSanitized || memory < kMostMemoryKiB) << kMostMemoryKiB << " KiB are allowed";
  stalled_.Release();
  EXPECT_EQ(client().DetectLiveness(Liveness()).error.Summary(), "OK");
}

TEST_F(StalledUpstreamTest, CallersThatGiveUpFreeTheirSlotsAtOnce) {
  StartHere("");
  ASSERT_NO_FATAL_FAILURE(Fill(2 * kWave));
  waves_[0]->CancelAll();
  ASSERT_TRUE(stalled_.AwaitGivenUp(kWave));
  while (gateway().Metric(kSlotsUsed) > kWave) {
  }
  EXPECT_EQ(gateway().Metric(kSlotsUsed), kWave) << "the others go on";
  stalled_.Release();
  ASSERT_TRUE(waves_[1]->AwaitEnded(kWave));
  for (const ErrorView& error : waves_[1]->Ended()) EXPECT_EQ(error.Summary(), "OK");
}

}  // namespace
}  // namespace kyc::tests
