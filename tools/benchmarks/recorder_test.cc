#include "tools/benchmarks/recorder.h"

#include <gtest/gtest.h>

namespace kyc::bench {
namespace {

constexpr int64_t kMillisecond = 1'000'000;

TEST(Recorder, SuccessesCountOnlyBetweenStartAndStop) {
  Recorder recorder;
  recorder.Succeeded(kMillisecond);
  recorder.Start();
  recorder.Succeeded(2 * kMillisecond);
  recorder.Stop();
  recorder.Succeeded(3 * kMillisecond);
  EXPECT_EQ(recorder.successes(), 1u);
  EXPECT_EQ(recorder.Milliseconds(1), 2);
}

TEST(Recorder, FailuresCountAlways) {
  Recorder recorder;
  recorder.Failed("rare");
  recorder.Start();
  recorder.Failed("frequent");
  recorder.Stop();
  recorder.Failed("frequent");
  EXPECT_EQ(recorder.failures(), 3u);
  EXPECT_EQ(recorder.Why(), "2 x frequent");
}

TEST(Recorder, PercentilesOfThousandTimes) {
  Recorder recorder;
  recorder.Start();
  for (int i = 1000; i >= 1; --i) recorder.Succeeded(i * kMillisecond);
  EXPECT_EQ(recorder.Milliseconds(0.5), 501);
  EXPECT_EQ(recorder.Milliseconds(0.99), 991);
  EXPECT_EQ(recorder.Milliseconds(1), 1000);
}

TEST(Recorder, NothingRecordedIsZero) {
  Recorder recorder;
  EXPECT_EQ(recorder.Milliseconds(0.5), 0);
  EXPECT_EQ(recorder.Why(), "");
}

TEST(Recorder, ATimeBeforeItsDueIsZero) {
  Recorder recorder;
  recorder.Start();
  recorder.Succeeded(-kMillisecond);
  EXPECT_EQ(recorder.Milliseconds(1), 0);
}

}  // namespace
}  // namespace kyc::bench
