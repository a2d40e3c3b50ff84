// Each field's limits, and messages that are none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/support/gateway_test.h"
#include "tests/support/planted.h"
#include "tests/support/requests.h"

namespace kyc::tests {
namespace {

using testing::ElementsAre;

// The violations that a request gets after one change; empty if it is accepted.
using Violations = std::vector<std::string>;

template <typename Request>
struct Limit {
  std::function<void(Request&)> change;
  Violations violations;
};

std::string Repeated(size_t count, char c = '1') { return std::string(count, c); }

constexpr char kPhone[] = "phone_no: must be 10 to 15 digits that start with 62 or 08";
constexpr char kReference[] = "partner_reference_no: must be 10 to 64 bytes";
constexpr char kUrl[] =
    "redirect_final_url: must be an absolute http or https URL of at most 2048 bytes";
constexpr char kCustRefNo[] = "cust_ref_no: must be 1 to 128 bytes";
constexpr char kNik[] = "nik: must be 16 digits";
constexpr char kDate[] = "birth_date: must be a date that exists, as DD-MM-YYYY";
constexpr char kNoPicture[] = ": must be a JPEG, PNG or WebP file";

class LimitsTest : public GatewayTest {
 protected:
  void SetUp() override { Start(); }

  void Check(const std::vector<Limit<WidgetRequest>>& limits) {
    for (const auto& limit : limits) {
      WidgetRequest request = Widget();
      limit.change(request);
      const ErrorView error = client().CreateWidget(request).error;
      EXPECT_EQ(error.violations, limit.violations) << request.ShortDebugString().substr(0, 300);
      EXPECT_EQ(error.Summary(), limit.violations.empty()
                                     ? "OK"
                                     : "INVALID_ARGUMENT INVALID_REQUEST not_sent BadRequest");
    }
  }

  void Check(const std::vector<Limit<ValidateRequest>>& limits) {
    for (const auto& limit : limits) {
      ValidateRequest request = Validate();
      limit.change(request);
      const ErrorView error = client().ValidateId(request).error;
      EXPECT_EQ(error.violations, limit.violations) << request.ShortDebugString().substr(0, 300);
      EXPECT_EQ(error.Summary(), limit.violations.empty()
                                     ? "OK"
                                     : "INVALID_ARGUMENT INVALID_REQUEST not_sent BadRequest");
    }
  }
};

TEST_F(LimitsTest, WidgetHead) {
  using R = WidgetRequest;
  Check({{[](R& r) { r.set_partner_reference_no(Repeated(10)); }, {}},
         {[](R& r) { r.set_partner_reference_no(Repeated(64)); }, {}},
         {[](R& r) { r.set_partner_reference_no(Repeated(9)); }, {kReference}},
         {[](R& r) { r.set_partner_reference_no(Repeated(65)); }, {kReference}},
         {[](R& r) { r.clear_partner_reference_no(); }, {kReference}},
         {[](R& r) { r.set_phone_no("0812345678"); }, {}},
         {[](R& r) { r.set_phone_no("628123456789012"); }, {}},
         {[](R& r) { r.set_phone_no("081234567"); }, {kPhone}},
         {[](R& r) { r.set_phone_no("6281234567890123"); }, {kPhone}},
         {[](R& r) { r.set_phone_no("+628123456789"); }, {kPhone}},
         {[](R& r) { r.set_phone_no("0912345678"); }, {kPhone}},
         {[](R& r) { r.set_phone_no("0812345678\n"); }, {kPhone}},
         {[](R& r) { r.clear_phone_no(); }, {kPhone}},
         {[](R& r) { r.set_redirect_final_url("http://a.example"); }, {}},
         {[](R& r) { r.set_redirect_final_url("https://a.example/" + Repeated(2030)); }, {}},
         {[](R& r) { r.set_redirect_final_url("https://a.example/" + Repeated(2031)); }, {kUrl}},
         {[](R& r) { r.set_redirect_final_url("javascript:alert(1)"); }, {kUrl}},
         {[](R& r) { r.set_redirect_final_url("//a.example/x"); }, {kUrl}}});
}

TEST_F(LimitsTest, WidgetPersonalData) {
  using R = WidgetRequest;
  const std::string kk = "personal_data.kk_number: must be 1 to 16 digits";
  const auto data = [](R& r) { return r.mutable_personal_data(); };
  const auto only = [&](std::string field, std::function<void(R&)> change) {
    WidgetRequest request = Widget();
    change(request);
    const Violations violations = client().CreateWidget(request).error.violations;
    ASSERT_EQ(violations.size(), 1U) << field;
    EXPECT_EQ(violations[0].substr(0, violations[0].find(':')), field);
  };
  Check({{[&](R& r) { data(r)->set_kk_number("1"); }, {}},
         {[&](R& r) { data(r)->set_biological_mother_name(Repeated(256, 'm')); }, {}},
         {[&](R& r) { data(r)->set_nationality("WNA"); }, {}},
         {[&](R& r) { data(r)->set_nationality("ID"); }, {}},
         {[&](R& r) { data(r)->set_email(Repeated(252, 'e') + "@x"); }, {}}});
  only("personal_data.kk_number", [&](R& r) { data(r)->set_kk_number(Repeated(17)); });
  only("personal_data.kk_number", [&](R& r) { data(r)->set_kk_number("12a4"); });
  only("personal_data.biological_mother_name",
       [&](R& r) { data(r)->set_biological_mother_name(Repeated(257, 'm')); });
  only("personal_data.nationality", [&](R& r) { data(r)->set_nationality("IDN"); });
  only("personal_data.nationality", [&](R& r) { data(r)->set_nationality("id"); });
  only("personal_data.email", [&](R& r) { data(r)->set_email(Repeated(253, 'e') + "@x"); });
  only("personal_data.email", [&](R& r) { data(r)->set_email("nobody"); });
}

TEST_F(LimitsTest, WidgetPictures) {
  using R = WidgetRequest;
  const auto ktp = [](R& r) { return r.mutable_images()->mutable_ktp(); };
  const auto selfie = [](R& r) { return r.mutable_images()->mutable_selfie(); };
  Check({{[](R& r) { r.clear_images(); }, {}},
         {[](R& r) { r.mutable_images()->clear_ktp(); }, {}},
         {[&](R& r) { ktp(r)->clear_content(); }, {"images.ktp.content: must not be empty"}},
         {[&](R& r) { ktp(r)->set_content("GIF89a"); },
          {std::string("images.ktp.content") + kNoPicture}},
         {[&](R& r) { selfie(r)->set_content("%PDF-1.7"); },
          {std::string("images.selfie.content") + kNoPicture}},
         {[&](R& r) { selfie(r)->set_content(std::string("RIFF\0\0\0\0WAVE", 12)); },
          {std::string("images.selfie.content") + kNoPicture}}});
}

TEST_F(LimitsTest, Validation) {
  using R = ValidateRequest;
  const std::string selfie = std::string("selfie_image") + kNoPicture;
  Check({{[](R& r) { r.set_cust_ref_no("1"); }, {}},
         {[](R& r) { r.set_cust_ref_no(Repeated(128)); }, {}},
         {[](R& r) { r.set_cust_ref_no(Repeated(129)); }, {kCustRefNo}},
         {[](R& r) { r.set_cust_ref_no(Repeated(100'000)); }, {kCustRefNo}},
         {[](R& r) { r.clear_cust_ref_no(); }, {kCustRefNo}},
         {[](R& r) { r.set_nik(Repeated(15)); }, {kNik}},
         {[](R& r) { r.set_nik(Repeated(17)); }, {kNik}},
         {[](R& r) { r.set_nik("33740511289904١"); }, {kNik}},
         {[](R& r) { r.clear_nik(); }, {kNik}},
         {[](R& r) { r.set_name(Repeated(256, 'n')); }, {}},
         {[](R& r) { r.set_name(Repeated(257, 'n')); }, {"name: must be at most 256 bytes"}},
         {[](R& r) { r.set_birth_place(Repeated(257, 'n')); },
          {"birth_place: must be at most 256 bytes"}},
         {[](R& r) { r.set_address(Repeated(257, 'n')); }, {"address: must be at most 256 bytes"}},
         {[](R& r) { r.set_birth_date("29-02-2024"); }, {}},
         {[](R& r) { r.set_birth_date("29-02-2023"); }, {kDate}},
         {[](R& r) { r.set_birth_date("2023-02-01"); }, {kDate}},
         {[](R& r) { r.set_birth_date("1-2-2023"); }, {kDate}},
         {[](R& r) { r.clear_selfie_image(); }, {}},
         {[](R& r) { r.set_selfie_image("BM pixels"); }, {selfie}}});
}

TEST_F(LimitsTest, LivenessAndRecognition) {
  LivenessRequest liveness = Liveness();
  liveness.clear_selfie_image();
  EXPECT_THAT(client().DetectLiveness(liveness).error.violations,
              ElementsAre("selfie_image: must not be empty"));
  liveness.set_selfie_image("BM pixels");
  EXPECT_THAT(client().DetectLiveness(liveness).error.violations,
              ElementsAre(std::string("selfie_image") + kNoPicture));
  RecognizeRequest recognize = Recognize();
  recognize.set_cust_ref_no(Repeated(129));
  recognize.clear_id_image();
  EXPECT_THAT(client().RecognizeId(recognize).error.violations,
              ElementsAre(kCustRefNo, "id_image: must not be empty"));
}

TEST_F(LimitsTest, AllViolationsAreNamedAtOnce) {
  WidgetRequest request = Widget();
  request.set_partner_reference_no(kReferenceMark);
  request.set_phone_no("PlantRef9");
  request.set_redirect_final_url("ftp://PlantRef9");
  request.mutable_images()->mutable_ktp()->set_content(kMother);
  request.mutable_images()->mutable_selfie()->set_content("");
  request.mutable_personal_data()->set_kk_number(kName);
  request.mutable_personal_data()->set_biological_mother_name(Repeated(257, 'm') + kMother);
  request.mutable_personal_data()->set_nationality(kName);
  request.mutable_personal_data()->set_email(kName);
  request.set_account(kName);
  const ErrorView error = client().CreateWidget(request).error;
  std::vector<std::string> fields;
  for (const std::string& violation : error.violations) {
    fields.push_back(violation.substr(0, violation.find(':')));
  }
  EXPECT_THAT(fields, ElementsAre("partner_reference_no", "phone_no", "redirect_final_url",
                                  "images.ktp.content", "images.selfie.content",
                                  "personal_data.kk_number", "personal_data.biological_mother_name",
                                  "personal_data.nationality", "personal_data.email", "account"));
  EXPECT_EQ(error.message,
            "The request is invalid: partner_reference_no must be 10 to 64 bytes (and 9 more) "
            "[INVALID_REQUEST].");
  EXPECT_EQ(simulator().Count(), 0);
}

}  // namespace
}  // namespace kyc::tests
