#include "clients/kyc/commands/snap_code.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "tools/simulator/magic.h"

namespace kyc::cli {
namespace {

// "CODE REASON outcome" or "OK outcome: WORD", as callers of the gateway got it, by phone number's
// end.
std::map<std::string, std::string> CallersGot() {
  std::map<std::string, std::string> got;
  std::ifstream file("tests/errors/errors.golden");
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string endpoint, value, code, reason, outcome, ignored, response;
    words >> endpoint >> value >> code >> reason >> outcome >> ignored >> ignored >> ignored >>
        std::ws;
    std::getline(words, response);
    got.emplace(value, code == "OK" ? "OK " + response : code + " " + reason + " " + outcome);
  }
  return got;
}

TEST(SnapCode, IsWhatCallersOfTheGatewayGet) {
  const auto got = CallersGot();
  int compared = 0;
  for (const simulator::MagicRow& row : simulator::MagicTable()) {
    const auto code = ReadSnapCode(row.what.substr(0, 7));
    if (row.field != simulator::MagicField::kPhoneNo || !code || code->http != row.answer.status) {
      continue;
    }
    if (row.answer.status == 200 && code->number != "01" && code->number != "02") continue;
    ASSERT_TRUE(got.contains(row.value)) << row.value;
    EXPECT_EQ(MeaningOf(*code).callers_get, got.at(row.value)) << row.what;
    ++compared;
  }
  EXPECT_GE(compared, 15);
}

TEST(SnapCode, WhatNoDocumentHasIsMalformed) {
  EXPECT_EQ(MeaningOf(*ReadSnapCode("2000099")).callers_get,
            "INTERNAL UPSTREAM_MALFORMED answered");
  EXPECT_EQ(MeaningOf(*ReadSnapCode("4180000")).callers_get,
            "FAILED_PRECONDITION UPSTREAM_REJECTED refused");
}

TEST(SnapCode, IsSevenDigits) {
  for (const char* text : {"", "409", "40900011", "409000a", " 090001"}) {
    EXPECT_FALSE(ReadSnapCode(text).has_value()) << text;
  }
  const auto code = ReadSnapCode("4090001");
  ASSERT_TRUE(code.has_value());
  EXPECT_EQ(code->http, 409);
  EXPECT_EQ(code->service, "00");
  EXPECT_EQ(code->number, "01");
}

}  // namespace
}  // namespace kyc::cli
