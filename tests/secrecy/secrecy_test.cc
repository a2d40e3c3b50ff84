// Where nothing of a customer, and no key or password, may be found, whatever is asked: all that a
// gateway says and stores, and all that its database's servers do.
//
// What a single error or fault says is looked at by the fixture, in every test that drives one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "finpay/linkage/v1/linkage.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/dynamic_message.h"
#include "kyc/admin/v1/event_log.pb.h"
#include "kyc/admin/v1/personal_data.pb.h"
#include "kyc/admin/v1/quarantine.pb.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "tests/notifications/log_engine.h"
#include "tests/support/follower.h"
#include "tests/support/gateway_test.h"
#include "tests/support/http.h"
#include "tests/support/planted.h"
#include "tests/support/requests.h"
#include "widekyc/v1/widekyc.pb.h"

namespace kyc::tests {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char kMayAll[] =
    R"(callers { name: "app" bearer_token_file: "bearer_token" }
callers { name: "operator" loopback: true allow_admin: true allow_full_view: true
          allow_personal_data: true })";

std::vector<const MethodDescriptor*> EveryMethod() {
  std::vector<const MethodDescriptor*> methods;
  for (const Descriptor* message :
       {::finpay::linkage::v1::CreateUpgradeAccountWidgetRequest::descriptor(),
        ::widekyc::v1::DetectLivenessRequest::descriptor(),
        ::netzme::v1::GetUpgradeRequest::descriptor(), admin::v1::BackupRequest::descriptor(),
        admin::v1::EraseReferenceRequest::descriptor(),
        admin::v1::ListQuarantinedRequest::descriptor()}) {
    const FileDescriptor& file = *message->file();
    for (int s = 0; s < file.service_count(); ++s) {
      for (int m = 0; m < file.service(s)->method_count(); ++m) {
        methods.push_back(file.service(s)->method(m));
      }
    }
  }
  return methods;
}

std::string PathOf(const MethodDescriptor& method) {
  return absl::StrCat("/", method.service()->full_name(), "/", method.name());
}

// Puts `text` into every text and every bytes of a message.
void Fill(const std::string& text, Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  const Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const bool is_text = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (is_text && field.is_repeated()) reflection.AddString(&message, &field, text);
    if (is_text && !field.is_repeated()) reflection.SetString(&message, &field, text);
    if (is_message && field.real_containing_oneof() == nullptr) {
      Fill(text, field.is_repeated() ? *reflection.AddMessage(&message, &field)
                                     : *reflection.MutableMessage(&message, &field));
    }
  }
}

std::string Filled(const MethodDescriptor& method, const std::string& text) {
  google::protobuf::DynamicMessageFactory factory;
  const std::unique_ptr<Message> request(factory.GetPrototype(method.input_type())->New());
  Fill(text, *request);
  return request->SerializeAsString();
}

class SecrecyTest : public GatewayTest {
 protected:
  void StartAll(const std::string& more = "") {
    Start({.log_engine = engine_->Block(), .callers = kMayAll, .more = more});
  }
  void TearDown() override {
    GatewayTest::TearDown();
    const std::string stored = engine_->Stored();
    EXPECT_THAT(PlantedIn(stored), IsEmpty());
    // As the servers' own logs say every statement.
    EXPECT_THAT(stored, AnyOf(IsEmpty(), HasSubstr("LOG:  00000: execute")));
  }

  long Notify(const std::string& body, const std::string& token = kCallbackToken) {
    return Post(gateway().webhook_port(), "/v1.0/snap/account/upgrade/notify",
                {"Content-Type: application/json", absl::StrCat("x-callback-token: ", token)}, body)
        .status;
  }
  // The answer's bytes; a test failure unless it is OK.
  std::string Ask(const std::string& method, const Message& request) {
    const auto reply = client().Raw(method, request.SerializeAsString());
    EXPECT_EQ(reply.error.Summary(), "OK") << method;
    return reply.response;
  }

  const std::unique_ptr<LogEngine> engine_ = StartLogEngine(EngineSays::kAll);
};

std::string Notification(absl::string_view number, absl::string_view status) {
  return absl::StrCat(
      R"({"originalReferenceNo":")", kReferenceMark, number, R"(","custId":")", kPhoneStart, number,
      R"(",)", status, R"("additionalInfo":{"type":"upgrade_account","motherMaidenName":")", kName,
      R"(","selfieImageUrl":"https://)", kEmail, "/", kNikStart, R"(","rejectReasons":[")",
      kAddress, R"("],"benefits":[")", kMerchantPass, R"("]}})");
}

TEST_F(SecrecyTest, WhatIsWrongInAnyTextOfAnyRpcIsToldWithoutThatText) {
  StartAll();
  const std::vector<const MethodDescriptor*> methods = EveryMethod();
  ASSERT_GE(methods.size(), 17U);
  for (const MethodDescriptor* method : methods) {
    const auto try_it = [&](const std::string& request, const CallOptions& how = {}) {
      EXPECT_NE(client().Raw(PathOf(*method), request, how).error.code, "OK") << PathOf(*method);
    };
    // Some texts may be any: then there is nothing of that name.
    for (const std::string& text :
         {absl::StrCat(kName, "\n", kKkNumber), absl::StrCat(kReferenceMark, std::string(300, '9')),
          absl::StrCat("../", kEmail)}) {
      if (method->name() == "ListUpgrades" || method->input_type()->field_count() == 0) continue;
      try_it(Filled(*method, text));
    }
    try_it(absl::StrCat("\x0a\x7f", kName));  // Cut.
    try_it("", {.headers = {{"authorization", absl::StrCat("Bearer ", kBirthPlace, kKkNumber)}}});
    try_it("", {.headers = {{"authorization", absl::StrCat(kMerchantPass, kKkNumber)}}});
  }
}

TEST_F(SecrecyTest, WhatIsAnsweredIsInNoLogPageOrStore) {
  StartAll("log_format: \"json\"");
  EXPECT_TRUE(client().CreateWidget(Widget()).ok());
  EXPECT_TRUE(client().DetectLiveness(Liveness()).ok());
  EXPECT_TRUE(client().RecognizeId(Recognize()).ok());
  EXPECT_TRUE(client().ValidateId(Validate()).ok());
  EXPECT_TRUE(
      client()
          .DetectLiveness(Liveness(),
                          {.headers = {{"authorization", absl::StrCat("Bearer ", kBearerToken)}}})
          .ok());

  for (const char* number : {"1", "2", "3"}) {
    EXPECT_EQ(Notify(Notification(number, R"("status":"rejected",)")), 200);
  }
  EXPECT_EQ(Notify(Notification("4", "")), 400);
  EXPECT_EQ(Notify(Notification("5", R"("status":"rejected",)"), kOtherWideKycToken), 401);
  EXPECT_EQ(Notify(absl::StrCat("<xml>", kName, kKkNumber)), 400);

  Follower follower;
  ASSERT_TRUE(follower.CatchUpTo(3, gateway().grpc_port()));
  EXPECT_THAT(PlantedIn(follower.seen()[0].raw_body()), Not(IsEmpty()));

  const std::string events = "/netzme.v1.UpgradeNotificationService/";
  ::netzme::v1::GetUpgradeRequest get;
  get.set_original_reference_no(absl::StrCat(kReferenceMark, "1"));
  get.set_view(::netzme::v1::VIEW_FULL);
  EXPECT_THAT(PlantedIn(Ask(events + "GetUpgrade", get)), Not(IsEmpty()));
  ::netzme::v1::ListUpgradesRequest list;
  list.mutable_filter()->add_cust_ids(absl::StrCat(kPhoneStart, "2"));
  list.set_view(::netzme::v1::VIEW_FULL);
  EXPECT_THAT(PlantedIn(Ask(events + "ListUpgrades", list)), Not(IsEmpty()));

  const std::string quarantine = "/kyc.admin.v1.QuarantineService/";
  EXPECT_THAT(Ask(quarantine + "ListQuarantined", admin::v1::ListQuarantinedRequest()),
              Not(IsEmpty()));
  admin::v1::GetQuarantinedRequest show;
  show.set_id(1);
  show.set_view(::netzme::v1::VIEW_FULL);
  EXPECT_THAT(PlantedIn(Ask(quarantine + "GetQuarantined", show)), Not(IsEmpty()));
  admin::v1::RedriveQuarantinedRequest redrive;
  redrive.set_id(1);
  redrive.set_corrected_body(Notification("4", R"("status":"approved",)"));
  Ask(quarantine + "RedriveQuarantined", redrive);
  admin::v1::DiscardQuarantinedRequest discard;
  discard.set_id(2);
  Ask(quarantine + "DiscardQuarantined", discard);

  const std::string personal = "/kyc.admin.v1.PersonalDataService/";
  admin::v1::RestrictReferenceRequest restrict;
  restrict.set_original_reference_no(absl::StrCat(kReferenceMark, "1"));
  Ask(personal + "RestrictReference", restrict);
  admin::v1::LiftRestrictionRequest lift;
  lift.set_original_reference_no(absl::StrCat(kReferenceMark, "1"));
  Ask(personal + "LiftRestriction", lift);
  admin::v1::EraseReferenceRequest erase;
  erase.set_original_reference_no(absl::StrCat(kReferenceMark, "1"));
  Ask(personal + "EraseReference", erase);
  admin::v1::EraseCustomerRequest erase_customer;
  erase_customer.set_cust_id(absl::StrCat(kPhoneStart, "2"));
  Ask(personal + "EraseCustomer", erase_customer);

  admin::v1::BackupRequest backup;
  backup.set_file_name("events.copy");
  const auto copied =
      client().Raw("/kyc.admin.v1.EventLogService/Backup", backup.SerializeAsString());
  EXPECT_THAT(copied.error.Summary(), AnyOf("OK", HasSubstr("BACKUP_BY_SERVERS")));
  Ask("/kyc.admin.v1.EventLogService/ReleaseRetention", admin::v1::ReleaseRetentionRequest());
}

}  // namespace
}  // namespace kyc::tests
