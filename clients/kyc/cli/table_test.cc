#include "clients/kyc/cli/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "netzme/v1/upgrade_notification.pb.h"
#include "widekyc/v1/widekyc.pb.h"

namespace kyc::cli {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(Table, ColumnsAreAsWideAsTheirWidestCell) {
  EXPECT_EQ(TableText({"A", "BB"}, {{"one", "x"}, {"é", "longer"}}, false),
            "A    BB\none  x\né    longer\n");
  EXPECT_EQ(TableText({"A"}, {{"x"}}, true), "\033[1mA\033[0m\nx\n");
  EXPECT_EQ(TableText({"A"}, {}, true), "");
}

TEST(Table, ALineOfValuesIsReadAsItWas) {
  EXPECT_EQ(CsvLine({"", "a b", "1,5", "say \"no\"", ""}), ",a b,\"1,5\",\"say \"\"no\"\"\",\n");
}

TEST(Table, WhatATerminalWouldObeyIsNotShown) {
  EXPECT_EQ(Printable("a\033[31mred\r\n\tb"), "a?[31mred???b");
  EXPECT_EQ(Printable("\xC2\x9B"
                      "31m"),
            "?31m");
  EXPECT_EQ(Printable("\xE2\x80\xAE"
                      "drawkcab"),
            "?drawkcab");
  EXPECT_EQ(Printable("caf\xC3\xA9 \xE2\x82\xAC"), "caf\xC3\xA9 \xE2\x82\xAC");
}

TEST(Table, FieldsAreThoseThatAreSetAndVerdicts) {
  ::widekyc::v1::DetectLivenessResponse response;
  response.mutable_transaction()->set_trx_id("t\x1B");
  response.mutable_transaction()->mutable_timestamp()->set_seconds(1680060716);
  EXPECT_THAT(FieldsOf(response),
              ElementsAre(Pair("live", "no"), Pair("transaction.trx_id", "t?"),
                          Pair("transaction.timestamp", "2023-03-29 03:31:56Z")));
  ::widekyc::v1::ValidateIdResponse validation;
  validation.set_nik(false);
  validation.set_selfie_photo(72.25);
  EXPECT_THAT(FieldsOf(validation), ElementsAre(Pair("nik", "no"), Pair("selfie_photo", "72.25")));
}

TEST(Table, EnumsAreWordsAndListsAreOneValue) {
  ::netzme::v1::UpgradeEvent event;
  event.set_status(::netzme::v1::UPGRADE_STATUS_APPROVED);
  event.add_benefits("a");
  event.add_benefits("b");
  event.set_raw_body("123");
  EXPECT_THAT(FieldsOf(event),
              ElementsAre(Pair("status", "approved"), Pair("benefits", "a; b"),
                          Pair("raw_body", "(3 bytes)"), Pair("restricted", "no")));
}

}  // namespace
}  // namespace kyc::cli
