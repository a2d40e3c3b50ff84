// Requests for a widget: what is refused, and what is written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "server/finpay/testing/widget_samples.h"
#include "server/finpay/upgrade_account_widget.h"

namespace kyc::finpay {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

const std::string kJpeg = "\xFF\xD8\xFF\xE0JFIF";  // Base64: /9j/4EpGSUY=
const std::string kPng = "\x89PNG\r\n\x1A\n";      // Base64: iVBORw0KGgo=

WidgetImages Images() { return {{{kJpeg}}, {{kPng}}}; }

TEST(ToHttp, WritesTheSampleAsDocumented) {
  WidgetOptions options = Config();
  options.extra_headers = {{"X-Extra", "1"}};
  const upstream::HttpRequest http = ToHttp(Sample(), Images(), Credentials(), options);
  EXPECT_EQ(http.url, "https://finpay.test/api/v1.0/upgrade-account-widget");
  EXPECT_THAT(http.headers, ElementsAre(Pair("Content-Type", "application/json"),
                                        Pair("Accept", "application/json"), Pair("X-Extra", "1")));
  EXPECT_EQ(
      http.body.ToString(),
      R"({"partnerReferenceNo":"202411011441000012","phoneNo":"6281295288912",)"
      R"("merchantId":"AGREE170724","merchantPass":"1jdzWuniG6UMtoa3T6uNLA==",)"
      R"("images":{"ktp":{"base64":"data:image/jpeg;base64,/9j/4EpGSUY=","isEditable":false},)"
      R"("selfie":{"base64":"data:image/png;base64,iVBORw0KGgo=","isEditable":true}},)"
      R"("personalData":{"kkNumber":"1jdzWuniG6UMtoa3T6uNLA==",)"
      R"("biologicalMotherName":"1jdzWuniG6UMtoa3T6uNLA==","nationality":"ID",)"
      R"("email":"budi.santoso@email.com"}})");
}

TEST(ToHttp, WhatIsEmptyIsNotSent) {
  const auto bare = Proto<Request>(R"(partner_reference_no: "0123456789" phone_no: "0812345678"
                                      images {} personal_data {})");
  EXPECT_EQ(ToHttp(bare, {}, Credentials(), Config()).body.ToString(),
            R"({"partnerReferenceNo":"0123456789","phoneNo":"0812345678",)"
            R"("merchantId":"AGREE170724","merchantPass":"1jdzWuniG6UMtoa3T6uNLA=="})");
  const auto some = Proto<Request>(R"(partner_reference_no: "012345678\"" phone_no: "0812345678"
                                      redirect_final_url: "https://a/\"" images { selfie {} }
                                      personal_data { nationality: "WNI" })");
  EXPECT_EQ(ToHttp(some, {{}, {{kJpeg}}}, Credentials(), Config()).body.ToString(),
            R"({"partnerReferenceNo":"012345678\"","phoneNo":"0812345678",)"
            R"("merchantId":"AGREE170724","merchantPass":"1jdzWuniG6UMtoa3T6uNLA==",)"
            R"("redirectFinalUrl":"https://a/\"",)"
            R"("images":{"selfie":{"base64":"data:image/jpeg;base64,/9j/4EpGSUY="}},)"
            R"("personalData":{"nationality":"WNI"}})");
}

TEST(Validate, RequestsAtTheirLimitsAreFine) {
  EXPECT_EQ(Validate(Sample(), Images(), Config()), absl::OkStatus());
  Request request = Proto<Request>(
      R"(partner_reference_no: "0123456789" phone_no: "081234567890123"
         redirect_final_url: "http://shop.test/back" account: "only"
         personal_data { kk_number: "1234567890123456" nationality: "WNA" })");
  request.mutable_personal_data()->set_biological_mother_name(std::string(255, 'm') + "\x01");
  EXPECT_EQ(Validate(request, {}, Config()), absl::OkStatus());
  request.set_partner_reference_no(std::string(64, 'r'));
  EXPECT_EQ(Validate(request, {}, Config()), absl::OkStatus());
}

TEST(Validate, EveryViolationIsNamedAtOnce) {
  Request request = Proto<Request>(
      R"(partner_reference_no: "012345678" phone_no: "+6281295288912"
         redirect_final_url: "javascript:alert" images { ktp {} selfie {} }
         personal_data { kk_number: "12345678901234567" nationality: "Indonesia" email: "budi" })");
  request.mutable_personal_data()->set_biological_mother_name(std::string(257, 'm'));
  WidgetOptions options = Config();
  options.accounts = {"first", "second"};
  EXPECT_THAT(
      Violations(Validate(request, {{}, {{"text"}}}, options)),
      ElementsAre(
          Pair("partner_reference_no", "must be 10 to 64 bytes"),
          Pair("phone_no", "must be 10 to 15 digits that start with 62 or 08"),
          Pair("redirect_final_url", "must be an absolute http or https URL of at most 2048 bytes"),
          Pair("images.ktp.content", "must not be empty"),
          Pair("images.selfie.content", "must be a JPEG, PNG or WebP file"),
          Pair("personal_data.kk_number", "must be 1 to 16 digits"),
          Pair("personal_data.biological_mother_name", "must be at most 256 bytes"),
          Pair("personal_data.nationality", "must be WNI, WNA or a code of two capital letters"),
          Pair("personal_data.email", "must be an email address of at most 254 bytes"),
          Pair("account", "must be given, because several accounts are configured")));
}

TEST(Validate, JustOverALimitIsNamed) {
  Request request = Sample();
  request.set_partner_reference_no(std::string(65, 'r'));
  request.set_redirect_final_url("https://a/" + std::string(2039, 'x'));
  request.mutable_personal_data()->set_nationality("id");
  request.set_account("other");
  WidgetOptions options = Config();
  options.max_image_bytes = 7;
  EXPECT_THAT(
      Violations(Validate(request, {{{kJpeg}}, {{kJpeg}}}, options)),
      ElementsAre(Pair("partner_reference_no", testing::_), Pair("redirect_final_url", testing::_),
                  Pair("images.ktp.content", "must be at most 7 bytes"),
                  Pair("images.selfie.content", "must be at most 7 bytes"),
                  Pair("personal_data.nationality", testing::_),
                  Pair("account", "must be the name of a configured account")));
}

TEST(Validate, ReferenceIsAnIdentifier) {
  for (const char* bad : {"order\r\nX: 1", "            ", "order-0001\x01", "order-0001\xC2\x85",
                          "order\xE2\x80\xA8-0001",
                          "order-\xE2\x80\xAE"
                          "0001",
                          "order-0001\xE2\x80\x8B"}) {
    Request request = Sample();
    request.set_partner_reference_no(bad);
    EXPECT_THAT(Violations(Validate(request, Images(), Config())),
                ElementsAre(Pair("partner_reference_no",
                                 "must have no control or invisible characters, nor be blank")))
        << bad;
  }
}

TEST(DeviationsOf, OnlyACountryCodeIsOne) {
  EXPECT_THAT(DeviationsOf(Sample()), ElementsAre("nationality_code"));
  Request request = Sample();
  request.mutable_personal_data()->set_nationality("WNI");
  EXPECT_THAT(DeviationsOf(request), IsEmpty());
  EXPECT_THAT(DeviationsOf(Request()), IsEmpty());
}

}  // namespace
}  // namespace kyc::finpay
