// What the tests of the widget endpoint share.
#ifndef SERVER_FINPAY_TESTING_WIDGET_SAMPLES_H_
#define SERVER_FINPAY_TESTING_WIDGET_SAMPLES_H_

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "google/rpc/error_details.pb.h"
#include "server/finpay/upgrade_account_widget.h"

namespace kyc::finpay {

using Request = ::finpay::linkage::v1::CreateUpgradeAccountWidgetRequest;
using Response = ::finpay::linkage::v1::CreateUpgradeAccountWidgetResponse;

template <typename Message>
Message Proto(const char* text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

// The document's sample request, its encrypted fields as their plaintext.
inline Request Sample() {
  return Proto<Request>(R"(partner_reference_no: "202411011441000012" phone_no: "6281295288912"
                           images { ktp { is_editable: false } selfie { is_editable: true } }
                           personal_data {
                             kk_number: "123456" biological_mother_name: "123456"
                             nationality: "ID" email: "budi.santoso@email.com"
                           })");
}

// The document's sample account.
inline WidgetCredentials Credentials() {
  const Secret key(std::string("1234567890123456"));
  return {"AGREE170724", Secret("123456"), *crypto::FieldCipher::Make(key, key)};
}

inline WidgetOptions Config() {
  WidgetOptions options;
  options.base_url = "https://finpay.test/api/v1.0";
  options.accounts = {"only"};
  return options;
}

// The fields that an error names, with what is expected of them.
inline std::vector<std::pair<std::string, std::string>> Violations(const absl::Status& status) {
  google::rpc::BadRequest detail;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  if (payload) detail.ParseFromString(std::string(*payload));
  std::vector<std::pair<std::string, std::string>> violations;
  for (const auto& violation : detail.field_violations()) {
    violations.emplace_back(violation.field(), violation.description());
  }
  return violations;
}

}  // namespace kyc::finpay

#endif  // SERVER_FINPAY_TESTING_WIDGET_SAMPLES_H_
