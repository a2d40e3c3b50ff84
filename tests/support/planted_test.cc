#include "tests/support/planted.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "tests/support/requests.h"

namespace kyc::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Whatever a gateway would let out of a request is noticed: the search itself is not blind.
TEST(PlantedTest, EveryFieldOfARequestIsFound) {
  const WidgetRequest widget = Widget();
  const ValidateRequest validate = Validate();
  for (const std::string& leak :
       {widget.partner_reference_no(), widget.phone_no(), widget.redirect_final_url(),
        widget.personal_data().kk_number(), widget.personal_data().biological_mother_name(),
        widget.personal_data().email(), validate.cust_ref_no(), validate.nik(), validate.name(),
        validate.birth_date(), validate.birth_place(), validate.address(),
        absl::Base64Escape(Picture(Format::kJpeg)), absl::Base64Escape(Picture(Format::kPng))}) {
    EXPECT_THAT(PlantedIn(absl::StrCat("warn call failed value=\"", leak, "\"\n")), Not(IsEmpty()))
        << leak.substr(0, 100);
  }
}

TEST(PlantedTest, OtherLetterCaseAndPartsOfNamesAreFound) {
  EXPECT_THAT(PlantedIn("Mrs WIJAYAKUSUMA"), ElementsAre("Wijayakusuma"));
  EXPECT_THAT(PlantedIn("token=Planted-WideKYC-Token"), ElementsAre(kWideKycToken));
}

TEST(PlantedTest, EncodedValuesAreFoundWhereverTheyBegin) {
  for (const std::string before : {"", "a", "ab", "abc"}) {
    const std::string text = absl::StrCat(before, kMerchantPass, "and more");
    EXPECT_THAT(PlantedIn(absl::Base64Escape(text)), ElementsAre("planted-pass in base64"));
    EXPECT_THAT(PlantedIn(absl::BytesToHexString(text)), ElementsAre("planted-pass in hex"));
    EXPECT_THAT(PlantedIn(absl::AsciiStrToUpper(absl::BytesToHexString(text))),
                ElementsAre("planted-pass in hex"));
  }
}

TEST(PlantedTest, WhatAGatewayMaySayIsNotFound) {
  EXPECT_THAT(PlantedIn("upstream call failed request_id=7f0a-1 upstream=finpay account=first"),
              IsEmpty());
}

}  // namespace
}  // namespace kyc::tests
