#include "server/frames/frame_counter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "server/frames/testing/h2_bytes.h"

namespace kyc::frames {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int kAtOnce = kControl.at_once;
constexpr int kPingsAtOnce = kPings.at_once;

std::string Headers(size_t bytes, uint32_t stream = 1) {
  return Frame(kHeaders, kEndHeadersFlag, stream, std::string(bytes, 'h'));
}

std::string HeadersOfCalls(int count, size_t bytes) {
  std::string all;
  for (int i = 0; i < count; ++i) all += Headers(bytes, 2 * static_cast<uint32_t>(i) + 1);
  return all;
}

// Each with a message, its end, and a window for the answer.
std::string Calls(int count) {
  std::string all = kH2Preface;
  for (int i = 0; i < count; ++i) {
    const uint32_t stream = 2 * static_cast<uint32_t>(i) + 1;
    all += Headers(1, stream) + Frame(kData, 0, stream, "prefix") +
           Frame(kData, kEndStreamFlag, stream, "") + Frame(kWindowUpdate, 0, stream, "more");
  }
  return all;
}
constexpr int kWholeCall = kWorkOfACall + kWorkOfASmallPiece + 2;

// A block of a frame and so many more, each of that size.
std::string Block(int continuations, size_t bytes) {
  const std::string part(bytes, 'h');
  return Frame(kHeaders, 0, 1, part) + Times(continuations - 1, Frame(kContinuation, 0, 1, part)) +
         Frame(kContinuation, kEndHeadersFlag, 1, part);
}

// Of frames that may not all be read.
std::string HeadOfBlock(uint32_t bytes) { return FrameHead(bytes, kHeaders, kEndHeadersFlag, 1); }

struct Case {
  const char* what;
  std::string bytes;
  Excess excess;
};

const Case kCases[] = {
    {"nothing", "", Excess::kNone},
    {"the preface", kH2Preface, Excess::kNone},
    {"a part of it", kH2Preface.substr(0, 10), Excess::kNone},
    {"HTTP/1.1", "GET / HTTP/1.1\r\n", Excess::kNotHttp2},
    {"a preface with another end", kH2Preface.substr(0, 22) + "\r\r", Excess::kNotHttp2},
    {"TLS where none is spoken", "\x16\x03\x01", Excess::kNotHttp2},
    {"a header block of the longest length", kH2Preface + Headers(kMaxHeaderBlock), Excess::kNone},
    {"two of them", kH2Preface + Headers(kMaxHeaderBlock) + Headers(kMaxHeaderBlock, 3),
     Excess::kNone},
    {"one that only announces more", kH2Preface + HeadOfBlock(kMaxHeaderBlock + 1),
     Excess::kHeaderBlock},
    {"one in four pieces", kH2Preface + Block(3, kMaxHeaderBlock / 4), Excess::kNone},
    {"one more byte in the last piece",
     kH2Preface + Frame(kHeaders, 0, 1, std::string(kMaxHeaderBlock, 'h')) +
         Frame(kContinuation, kEndHeadersFlag, 1, "h"),
     Excess::kHeaderBlock},
    {"one in the most pieces", kH2Preface + Times(3, Block(kMaxContinuations, 1)), Excess::kNone},
    {"one in a piece more", kH2Preface + Block(kMaxContinuations + 1, 1), Excess::kHeaderBlock},
    {"empty pieces without an end",
     kH2Preface + Frame(kHeaders, 0, 1, "") + Times(100, Frame(kContinuation, 0, 1, "")),
     Excess::kHeaderBlock},
    {"pieces of no block", kH2Preface + Times(100, Frame(kContinuation, 0, 1, "")),
     Excess::kHeaderBlock},
    {"frames between the pieces do not begin a new block",
     kH2Preface +
         Times(5, Frame(kHeaders, 0, 1, std::string(16'384, 'h')) + Frame(kPing, 0, 0, "8 bytes.")),
     Excess::kHeaderBlock},
    {"as many resets as fit", kH2Preface + Times(kAtOnce, Frame(kReset, 0, 1, "code")),
     Excess::kNone},
    {"one more", kH2Preface + Times(kAtOnce + 1, Frame(kReset, 0, 1, "code")),
     Excess::kControlFrames},
    {"settings", kH2Preface + Times(kAtOnce + 1, Frame(kSettings, 0, 0, "")),
     Excess::kControlFrames},
    {"priorities", kH2Preface + Times(kAtOnce + 1, Frame(kPriority, 0, 1, "depends")),
     Excess::kControlFrames},
    {"goodbyes", kH2Preface + Times(kAtOnce + 1, Frame(kGoaway, 0, 0, "last and why")),
     Excess::kControlFrames},
    {"frames of no known type", kH2Preface + Times(kAtOnce + 1, Frame(99, 0, 0, "?")),
     Excess::kControlFrames},
    {"empty data", kH2Preface + Times(kAtOnce + 1, Frame(kData, 0, 1, "")), Excess::kControlFrames},
    {"data for which libgrpc resets the stream",
     kH2Preface + Times(kAtOnce + 1, Headers(1) + Frame(kData, 2, 1, "x")), Excess::kControlFrames},
    {"padded data, of which it knows nothing",
     kH2Preface + Times(kAtOnce + 1, Frame(kData, 8 | kEndStreamFlag, 1, "x")),
     Excess::kControlFrames},
    {"of all a few",
     kH2Preface + Times(kAtOnce / 2, Frame(kReset, 0, 1, "code") + Frame(kSettings, 0, 0, "")) +
         Frame(kPriority, 0, 1, ""),
     Excess::kControlFrames},
    {"pings and acknowledgements",
     kH2Preface + Times(kPingsAtOnce / 2,
                        Frame(kPing, 0, 0, "8 bytes.") + Frame(kSettings, kAckFlag, 0, "")),
     Excess::kNone},
    {"one ping more", kH2Preface + Times(kPingsAtOnce + 1, Frame(kPing, 0, 0, "8 bytes.")),
     Excess::kControlFrames},
    {"as many calls as a second may bring", Calls(kWork.at_once / kWholeCall), Excess::kNone},
    {"one more", Calls(kWork.at_once / kWholeCall + 1), Excess::kWork},
    {"windows", kH2Preface + Times(kWork.at_once + 1, Frame(kWindowUpdate, 0, 1, "more")),
     Excess::kWork},
    {"ends of streams that are none",
     kH2Preface + Times(kWork.at_once + 1, Frame(kData, kEndStreamFlag, 1, "")), Excess::kWork},
    {"pieces of a byte each",
     kH2Preface + Times(kWork.at_once / kWorkOfASmallPiece + 1, Frame(kData, 0, 1, "x")),
     Excess::kWork},
    {"calls with large headers",
     kH2Preface + HeadersOfCalls(kWork.at_once / (kWorkOfACall + 8192 / kHeaderBytesForOne), 8192),
     Excess::kNone},
    {"one more of them",
     kH2Preface +
         HeadersOfCalls(kWork.at_once / (kWorkOfACall + 8192 / kHeaderBytesForOne) + 1, 8192),
     Excess::kWork},
    {"large pieces", kH2Preface + Times(2'000, Frame(kData, 0, 1, std::string(16'384, 'x'))),
     Excess::kNone},
    {"headers of a stream that has begun",
     kH2Preface + Headers(1, 7) + Times(kAtOnce + 1, Headers(1, 5)), Excess::kControlFrames},
    {"a frame as large as can be announced", kH2Preface + FrameHead(0xffffff, kData, 0, 1),
     Excess::kNone},
};

TEST(FrameCounter, EndsWhatIsTooMuch) {
  for (const Case& c : kCases) {
    FrameCounter counter;
    EXPECT_EQ(counter.Take(c.bytes, 0), c.excess) << c.what;
    EXPECT_EQ(counter.Take("", 0), c.excess) << c.what << ", for good";
  }
}

TEST(FrameCounter, TellsOnceThePrefaceHasCome) {
  FrameCounter counter;
  counter.Take(kH2Preface.substr(0, 23), 0);
  EXPECT_FALSE(counter.has_begun());
  counter.Take(kH2Preface.substr(23), 0);
  EXPECT_TRUE(counter.has_begun());
}

TEST(FrameCounter, WhatASecondBringsIsTakenForEver) {
  FrameCounter counter;
  int64_t now = 7 * kSecond;
  ASSERT_EQ(counter.Take(kH2Preface, now), Excess::kNone);
  const std::string one = Frame(kReset, 0, 1, "code");
  for (int i = 0; i < 20 * kControl.a_second; ++i) {
    now += kSecond / kControl.a_second;
    ASSERT_EQ(counter.Take(one, now), Excess::kNone) << i;
  }
  EXPECT_EQ(counter.Take(Times(kAtOnce - 1, one), now), Excess::kNone) << "all of it is left";
  EXPECT_EQ(counter.Take(one, now), Excess::kControlFrames);
}

TEST(FrameCounter, LongSilenceSavesNoMoreThanWhatIsAllowedAtOnce) {
  FrameCounter counter;
  counter.Take(kH2Preface, 0);
  const std::string one = Frame(kSettings, 0, 0, "");
  EXPECT_EQ(counter.Take(Times(kAtOnce, one), 1'000'000 * kSecond), Excess::kNone);
  EXPECT_EQ(counter.Take(one, 1'000'000 * kSecond), Excess::kControlFrames);
}

// What it says depends on the bytes, not on how they are cut.
TEST(FrameCounter, BytesMayBeCutAnywhere) {
  std::mt19937 random(4711);
  const auto any = [&random](uint32_t below) { return static_cast<uint32_t>(random() % below); };
  for (int round = 0; round < 300; ++round) {
    std::string bytes = any(20) == 0 ? kH2Preface.substr(0, any(24)) + "?" : kH2Preface;
    const uint32_t frames = any(200);
    for (uint32_t i = 0; i < frames; ++i) {
      const uint32_t times = any(30) == 0 ? any(400) : 1;
      bytes += Times(static_cast<int>(times),
                     Frame(static_cast<uint8_t>(any(12)), static_cast<uint8_t>(any(8)), any(100),
                           std::string(any(10) == 0 ? any(20'000) : any(30), 'p')));
    }
    FrameCounter whole, cut;
    const Excess said = whole.Take(bytes, kSecond);
    Excess last = Excess::kNone;
    for (size_t at = 0; at < bytes.size();) {
      const size_t part = std::min<size_t>(1 + any(any(2) == 0 ? 12 : 5'000), bytes.size() - at);
      last = cut.Take(absl::string_view(bytes).substr(at, part), kSecond);
      at += part;
    }
    ASSERT_EQ(last, said) << "round " << round;
    ASSERT_EQ(cut.has_begun(), whole.has_begun()) << "round " << round;
  }
}

}  // namespace
}  // namespace kyc::frames
