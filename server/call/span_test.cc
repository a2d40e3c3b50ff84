#include "server/call/span.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kyc {
namespace {

constexpr char kTrace[] = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr char kParent[] = "00f067aa0ba902b7";
constexpr char kSampled[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(TraceparentTest, IsRead) {
  const auto context = ReadTraceparent(kSampled);
  ASSERT_TRUE(context.has_value());
  EXPECT_EQ(HexOf(context->trace_id), kTrace);
  EXPECT_EQ(HexOf(context->span_id), kParent);
  EXPECT_TRUE(context->sampled);
  EXPECT_EQ(WriteTraceparent(*context), kSampled);
}

TEST(TraceparentTest, OnlyTheLowestFlagIsKnown) {
  const std::string head = std::string(kSampled).substr(0, 53);
  EXPECT_FALSE(ReadTraceparent(head + "fe")->sampled);
  EXPECT_TRUE(ReadTraceparent(head + "ff")->sampled);
}

TEST(TraceparentTest, ALaterVersionMayBeLonger) {
  const std::string later = "cc" + std::string(kSampled).substr(2);
  EXPECT_TRUE(ReadTraceparent(later).has_value());
  EXPECT_TRUE(ReadTraceparent(later + "-what-comes").has_value());
  EXPECT_FALSE(ReadTraceparent(later + "what-comes").has_value());
}

TEST(TraceparentTest, WhatIsNoneIsNone) {
  const std::vector<std::string> wrong = {
      "",
      "00",
      std::string(kSampled) + "-00",                              // Version 00 is no longer.
      "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",  // No version.
      "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
      "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
      "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7_01",
  };
  for (const std::string& header : wrong) {
    EXPECT_FALSE(ReadTraceparent(header).has_value()) << header;
  }
}

TEST(SpanTest, WithoutACollectorTheCallersContextIsPassedOnAsItCame) {
  const Span span = StartSpan(ReadTraceparent(kSampled), {});
  EXPECT_FALSE(span.recorded);
  EXPECT_EQ(WriteTraceparent(span.context), kSampled);
  EXPECT_EQ(WriteTraceparent(StartChild(span).context), kSampled);
  EXPECT_FALSE(StartSpan(absl::nullopt, {}).context.valid());
}

TEST(SpanTest, TheCallerDecidesWhetherItsCallIsRecorded) {
  const Sampling all = {.any = true, .share = 1};
  const Span span = StartSpan(ReadTraceparent(kSampled), {.any = true, .share = 0});
  EXPECT_TRUE(span.recorded);
  EXPECT_EQ(HexOf(span.context.trace_id), kTrace);
  EXPECT_EQ(HexOf(span.parent), kParent);
  EXPECT_NE(HexOf(span.context.span_id), kParent);

  SpanContext unsampled = *ReadTraceparent(kSampled);
  unsampled.sampled = false;
  const Span other = StartSpan(unsampled, all);
  EXPECT_FALSE(other.recorded);
  EXPECT_EQ(other.context, unsampled);
}

TEST(SpanTest, WithoutATraceOfTheCallersAShareBeginsOne) {
  EXPECT_FALSE(StartSpan(absl::nullopt, {.any = true, .share = 0}).recorded);
  const Span span = StartSpan(absl::nullopt, {.any = true, .share = 1});
  EXPECT_TRUE(span.recorded);
  EXPECT_TRUE(span.context.valid());
  EXPECT_TRUE(span.context.sampled);
  EXPECT_EQ(HexOf(span.parent), "");
}

TEST(SpanTest, EachChildOfARecordedOneIsItsOwn) {
  const Span parent = StartSpan(absl::nullopt, {.any = true, .share = 1});
  const Span first = StartChild(parent);
  const Span second = StartChild(parent);
  for (const Span& child : {first, second}) {
    EXPECT_TRUE(child.recorded);
    EXPECT_EQ(child.context.trace_id, parent.context.trace_id);
    EXPECT_EQ(child.parent, parent.context.span_id);
  }
  EXPECT_NE(first.context.span_id, second.context.span_id);
}

}  // namespace
}  // namespace kyc
