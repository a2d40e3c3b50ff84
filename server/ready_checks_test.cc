#include "server/ready_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace kyc {
namespace {

std::string Told(const ProcessState& state) {
  return admin::ReadinessText(ReadyChecksOf(state), false);
}

TEST(ReadyChecksTest, WhatTheProcessDoesNotHaveIsNotAsked) {
  EXPECT_THAT(ReadyChecksOf({}), testing::SizeIs(1));
  EXPECT_THAT(
      ReadyChecksOf(
          {.log_writable = true, .log_damaged = false, .deaf_listener = "", .quarantine_used = 0}),
      testing::SizeIs(5));
}

TEST(ReadyChecksTest, EachFaultIsNamed) {
  EXPECT_THAT(Told({.leaving = true}), testing::HasSubstr("draining"));
  EXPECT_THAT(Told({.log_writable = false}), testing::HasSubstr("the event log cannot be written"));
  EXPECT_THAT(Told({.log_damaged = true}), testing::HasSubstr("the event log is damaged"));
  EXPECT_THAT(Told({.deaf_listener = "[::1]:50051"}),
              testing::HasSubstr("no new connection is served at [::1]:50051"));
}

TEST(ReadyChecksTest, AQuarantineThatFillsWarnsAndStaysReady) {
  EXPECT_THAT(Told({.quarantine_used = 0.79}), testing::Not(testing::HasSubstr("quarantine")));
  EXPECT_THAT(Told({.quarantine_used = 0.8}), testing::HasSubstr("nearly full: 80 %"));
  EXPECT_THAT(Told({.quarantine_used = 1}), testing::HasSubstr("the quarantine is full"));
  EXPECT_TRUE(admin::IsReady(ReadyChecksOf({.quarantine_used = 1})));
}

}  // namespace
}  // namespace kyc
