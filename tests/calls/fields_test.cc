// What a request's fields become at the upstream.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/gateway_test.h"
#include "tests/support/planted.h"
#include "tests/support/requests.h"

namespace kyc::tests {
namespace {

using Fields = std::map<std::string, std::string>;

// A JSON object whose values are texts, or true and false.
Fields FieldsOf(const boost::json::object& received, const char* name) {
  Fields fields;
  for (const auto& [key, value] : received.at(name).as_object()) {
    fields[std::string(key)] =
        value.is_bool() ? (value.as_bool() ? "true" : "false") : std::string(value.as_string());
  }
  return fields;
}

// Every byte that a text may hold and a careless writer of JSON would not get right.
std::string Tricky() {
  std::string text =
      "\"quoted\" \\back\\ /slash/ <b>&amp;</b> Z\xc3\xbc\xe2\x82\xac\xf0\x9f\x99\x82 ";
  for (char c = 1; c < 32; ++c) text.push_back(c);
  return text + "\x7f\xe2\x80\xa8 end";
}

class FieldsTest : public GatewayTest {};

TEST_F(FieldsTest, WidgetArrivesWithItsSecretsDecryptable) {
  Start();
  const WidgetRequest request = Widget();
  const auto reply = client().CreateWidget(request);
  ASSERT_EQ(reply.error.Summary(), "OK");
  EXPECT_EQ(reply.response.outcome(), ::finpay::linkage::v1::OUTCOME_WIDGET_ISSUED);
  EXPECT_EQ(reply.response.widget_url(),
            "https://demos.finnet.co.id/mob-dev/widget/"
            "prem?phone=6281295288912&uuid=04667364-ef55-46c6-9006-8c99388e4cdd");
  EXPECT_EQ(reply.response.expiry_time_text(), "2024-11-01 14:01:10");
  EXPECT_EQ(reply.response.expiry_time().seconds(), 1730444470);  // 07:01:10 UTC.
  EXPECT_EQ(reply.response.response_code(), "2000000");
  const boost::json::object received = simulator().ReceivedOnce(request.partner_reference_no());
  EXPECT_EQ(received.at("path").as_string(), "/finpay/api/v1.0/upgrade-account-widget");
  EXPECT_EQ(received.at("method").as_string(), "POST");
  EXPECT_EQ(FieldsOf(received, "fields"),
            (Fields{{"partnerReferenceNo", request.partner_reference_no()},
                    {"phoneNo", request.phone_no()},
                    {"merchantId", "merchant-first"},
                    {"merchantPass", kMerchantPass},
                    {"redirectFinalUrl", request.redirect_final_url()},
                    {"images.selfie.isEditable", "true"},
                    {"personalData.kkNumber", kKkNumber},
                    {"personalData.biologicalMotherName", kMother},
                    {"personalData.nationality", "WNI"},
                    {"personalData.email", kEmail}}));
}

TEST_F(FieldsTest, WidgetWithoutOptionalFieldsSendsNoneOfThem) {
  Start();
  WidgetRequest request;
  request.set_partner_reference_no("only-PlantRef9");
  request.set_phone_no("085741900000");
  ASSERT_EQ(client().CreateWidget(request).error.Summary(), "OK");
  const boost::json::object received = simulator().ReceivedOnce(request.partner_reference_no());
  EXPECT_EQ(FieldsOf(received, "fields"), (Fields{{"partnerReferenceNo", "only-PlantRef9"},
                                                  {"phoneNo", "085741900000"},
                                                  {"merchantId", "merchant-first"},
                                                  {"merchantPass", kMerchantPass}}));
  EXPECT_TRUE(received.at("images").as_object().empty());
}

TEST_F(FieldsTest, EditableFalseIsNotTheSameAsNotGiven) {
  Start();
  WidgetRequest request = Widget();
  request.mutable_images()->mutable_ktp()->set_is_editable(false);
  request.mutable_images()->mutable_selfie()->clear_is_editable();
  ASSERT_EQ(client().CreateWidget(request).error.Summary(), "OK");
  const Fields fields =
      FieldsOf(simulator().ReceivedOnce(request.partner_reference_no()), "fields");
  EXPECT_EQ(fields.count("images.selfie.isEditable"), 0U);
  ASSERT_EQ(fields.count("images.ktp.isEditable"), 1U);
  EXPECT_EQ(fields.at("images.ktp.isEditable"), "false");
}

TEST_F(FieldsTest, ValidationArrivesAsTexts) {
  Start();
  const ValidateRequest request = Validate();
  const auto reply = client().ValidateId(request);
  ASSERT_EQ(reply.error.Summary(), "OK");
  EXPECT_TRUE(reply.response.nik());
  EXPECT_TRUE(reply.response.address());
  EXPECT_EQ(reply.response.selfie_photo(), 10);
  EXPECT_EQ(reply.response.transaction().trx_id(), "202303291031019484");
  EXPECT_EQ(reply.response.transaction().timestamp().seconds(), 1680060716);
  EXPECT_EQ(reply.response.transaction().timestamp().nanos(), 281'000'000);
  const boost::json::object received = simulator().ReceivedOnce(request.cust_ref_no());
  EXPECT_EQ(received.at("path").as_string(), "/widekyc/api/id-validation");
  EXPECT_EQ(FieldsOf(received, "fields"), (Fields{{"cust_ref_no", request.cust_ref_no()},
                                                  {"nik", request.nik()},
                                                  {"name", kName},
                                                  {"birth_date", kBirthDate},
                                                  {"birth_place", kBirthPlace},
                                                  {"address", kAddress}}));
}

TEST_F(FieldsTest, ValidationWithoutOptionalFieldsSendsNoneOfThem) {
  Start();
  ValidateRequest request;
  request.set_cust_ref_no("only-PlantRef9");
  request.set_nik("9100000000000001");
  ASSERT_EQ(client().ValidateId(request).error.Summary(), "OK");
  const boost::json::object received = simulator().ReceivedOnce("only-PlantRef9");
  EXPECT_EQ(FieldsOf(received, "fields"),
            (Fields{{"cust_ref_no", "only-PlantRef9"}, {"nik", "9100000000000001"}}));
  EXPECT_TRUE(received.at("images").as_object().empty());
}

TEST_F(FieldsTest, RecognizedCardIsGivenFieldByField) {
  Start();
  const auto reply = client().RecognizeId(Recognize());
  ASSERT_EQ(reply.error.Summary(), "OK");
  const ::widekyc::v1::IdCard& card = reply.response.id_card();
  EXPECT_EQ(card.nik(), "3671121401010004");
  EXPECT_EQ(card.nama(), "Yu Andi Chen");
  EXPECT_EQ(card.tempat_lahir(), "Fujian");
  EXPECT_EQ(card.tanggal_lahir(), "25-03-1977");
  EXPECT_EQ(card.jenis_kelamin(), "LAKI-LAKI");
  EXPECT_EQ(card.gol_darah(), "-");
  EXPECT_EQ(card.alamat(), "JL. S*L*M*T, P*R*M*H*N R*NC*B*L* N*. 41");
  EXPECT_EQ(card.rt_rw(), "001/009");
  EXPECT_EQ(card.kelurahan_desa(), "KARANG TENGAH");
  EXPECT_EQ(card.kecamatan(), "KARANG TENGAH");
  EXPECT_EQ(card.agama(), "KRISTEN");
  EXPECT_EQ(card.status_perkawinan(), "BELUM KAWIN");
  EXPECT_EQ(card.pekerjaan(), "PELAJAR / MAHASISWA");
  EXPECT_EQ(card.kewarganegaraan(), "WNI");
  EXPECT_EQ(card.provinsi(), "BANTEN");
  EXPECT_EQ(card.kota(), "KOTA TANGERANG");
  const auto half = client().RecognizeId(Recognize("sim-half-card"));
  ASSERT_EQ(half.error.Summary(), "OK");
  EXPECT_EQ(half.response.id_card().nik(), "3671121401010004");  // Was a number.
  EXPECT_FALSE(half.response.id_card().has_alamat());
}

TEST_F(FieldsTest, ControlCharactersAndQuotesArriveUnchanged) {
  Start();
  ValidateRequest validate = Validate();
  validate.set_name(Tricky());
  validate.set_birth_place(Tricky());
  validate.set_address(Tricky());
  ASSERT_EQ(client().ValidateId(validate).error.Summary(), "OK");
  const Fields fields = FieldsOf(simulator().ReceivedOnce(validate.cust_ref_no()), "fields");
  EXPECT_EQ(fields.at("name"), Tricky());
  EXPECT_EQ(fields.at("birth_place"), Tricky());
  EXPECT_EQ(fields.at("address"), Tricky());
  WidgetRequest widget = Widget();
  widget.mutable_personal_data()->set_biological_mother_name(Tricky());
  ASSERT_EQ(client().CreateWidget(widget).error.Summary(), "OK");
  EXPECT_EQ(FieldsOf(simulator().ReceivedOnce(widget.partner_reference_no()), "fields")
                .at("personalData.biologicalMotherName"),
            Tricky());
}

TEST_F(FieldsTest, ANulByteInANameArrives) {
  Start();
  ValidateRequest request = Validate();
  request.set_name(std::string("A\0B", 3));
  ASSERT_EQ(client().ValidateId(request).error.Summary(), "OK");
  EXPECT_EQ(FieldsOf(simulator().ReceivedOnce(request.cust_ref_no()), "fields").at("name"),
            std::string("A\0B", 3));
}

}  // namespace
}  // namespace kyc::tests
