#include "server/call/secret.h"

#include <sstream>

#include "gtest/gtest.h"

namespace kyc {
namespace {

TEST(Secret, StreamedPrintsRedacted) {
  std::ostringstream out;
  out << Secret("hunter2");
  EXPECT_EQ(out.str(), "[redacted]");
}

TEST(Secret, PrintedByGoogleTestIsRedacted) {
  EXPECT_EQ(testing::PrintToString(Secret("hunter2")), "[redacted]");
}

TEST(Secret, RevealGivesTheValue) { EXPECT_EQ(Secret("hunter2").Reveal(), "hunter2"); }

TEST(Secret, DefaultIsEmpty) {
  EXPECT_TRUE(Secret().empty());
  EXPECT_FALSE(Secret("x").empty());
}

}  // namespace
}  // namespace kyc
