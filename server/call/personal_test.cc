#include "server/call/personal.h"

#include <map>
#include <set>

#include "finpay/linkage/v1/linkage.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kyc/admin/v1/audit.pb.h"
#include "kyc/admin/v1/event_log.pb.h"
#include "kyc/admin/v1/personal_data.pb.h"
#include "kyc/admin/v1/quarantine.pb.h"
#include "kyc/admin/v1/usage.pb.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "widekyc/v1/widekyc.pb.h"

namespace kyc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

std::vector<const FileDescriptor*> Contracts() {
  return {finpay::linkage::v1::CreateUpgradeAccountWidgetRequest::descriptor()->file(),
          widekyc::v1::ValidateIdRequest::descriptor()->file(),
          netzme::v1::UpgradeEvent::descriptor()->file(),
          admin::v1::AuditEntry::descriptor()->file(),
          admin::v1::BackupRequest::descriptor()->file(),
          admin::v1::EraseReferenceRequest::descriptor()->file(),
          admin::v1::GetQuarantinedRequest::descriptor()->file(),
          admin::v1::UsageRow::descriptor()->file()};
}

constexpr char kAccount[] = "the configuration's name of an account";
constexpr char kCaller[] = "the configuration's name of a caller";
constexpr char kPlace[] = "a place in the log or in a list, which only the gateway reads";
constexpr char kKey[] = "a call's key, which is no customer's: a UUID, as its comment says";
constexpr char kOfTheCall[] = "WideKYC's id of a call";

// Texts and bytes that are nobody's, and why.
const std::map<std::string, const char*>& Harmless() {
  static const auto& names = *new std::map<std::string, const char*>{
      {"finpay.linkage.v1.CreateUpgradeAccountWidgetRequest.account", kAccount},
      {"finpay.linkage.v1.CreateUpgradeAccountWidgetRequest.request_id", kKey},
      {"finpay.linkage.v1.CreateUpgradeAccountWidgetResponse.expiry_time_text", "a time"},
      {"finpay.linkage.v1.CreateUpgradeAccountWidgetResponse.response_code", "a documented code"},
      {"kyc.admin.v1.AuditEntry.act", "an rpc's name"},
      {"kyc.admin.v1.AuditEntry.caller", kCaller},
      {"kyc.admin.v1.AuditEntry.outcome", "the gateway's own word"},
      {"kyc.admin.v1.AuditEntry.source", "a machine's address or name"},
      {"kyc.admin.v1.BackupRequest.file_name", "a file's name that an operator chose"},
      {"kyc.admin.v1.EraseCustomerRequest.account", kAccount},
      {"kyc.admin.v1.EraseReferenceRequest.account", kAccount},
      {"kyc.admin.v1.GetQuarantinedResponse.masked_body", "masked, every letter and digit"},
      {"kyc.admin.v1.LiftRestrictionRequest.account", kAccount},
      {"kyc.admin.v1.ListAuditEntriesRequest.caller", kCaller},
      {"kyc.admin.v1.ListAuditEntriesRequest.page_token", kPlace},
      {"kyc.admin.v1.ListAuditEntriesResponse.next_page_token", kPlace},
      {"kyc.admin.v1.ListQuarantinedRequest.page_token", kPlace},
      {"kyc.admin.v1.ListQuarantinedResponse.next_page_token", kPlace},
      {"kyc.admin.v1.ListUsageRequest.from_date", "a day"},
      {"kyc.admin.v1.ListUsageRequest.page_token", kPlace},
      {"kyc.admin.v1.ListUsageRequest.to_date", "a day"},
      {"kyc.admin.v1.ListUsageResponse.next_page_token", kPlace},
      {"kyc.admin.v1.UsageRow.account", kAccount},
      {"kyc.admin.v1.UsageRow.caller", kCaller},
      {"kyc.admin.v1.UsageRow.date", "a day"},
      {"kyc.admin.v1.UsageRow.method", "an rpc's name"},
      {"kyc.admin.v1.UsageRow.reason", "the gateway's own word"},
      {"kyc.admin.v1.QuarantinedNotification.account", kAccount},
      {"kyc.admin.v1.QuarantinedNotification.answer", "the gateway's own words"},
      {"kyc.admin.v1.QuarantinedNotification.request_id", "the gateway's id of a call"},
      {"kyc.admin.v1.QuarantinedNotification.source", "an upstream's and an endpoint's name"},
      {"kyc.admin.v1.Redriven.caller", kCaller},
      {"kyc.admin.v1.RestrictReferenceRequest.account", kAccount},
      {"netzme.v1.Erased.caller", kCaller},
      {"netzme.v1.GetUpgradeRequest.account", kAccount},
      {"netzme.v1.GetUpgradeResponse.cursor", kPlace},
      {"netzme.v1.ListUpgradesRequest.page_token", kPlace},
      {"netzme.v1.ListUpgradesResponse.next_page_token", kPlace},
      {"netzme.v1.Redrive.caller", kCaller},
      {"netzme.v1.Started.newest_cursor", kPlace},
      {"netzme.v1.UpgradeEvent.account", kAccount},
      {"netzme.v1.UpgradeEvent.event_id", "random"},
      {"netzme.v1.UpgradeFilter.accounts", kAccount},
      {"netzme.v1.WatchUpgradesRequest.cursor", kPlace},
      {"netzme.v1.WatchUpgradesResponse.cursor", kPlace},
      {"widekyc.v1.DetectLivenessRequest.account", kAccount},
      {"widekyc.v1.DetectLivenessRequest.request_id", kKey},
      {"widekyc.v1.RecognizeIdRequest.account", kAccount},
      {"widekyc.v1.RecognizeIdRequest.request_id", kKey},
      {"widekyc.v1.Transaction.ref_id", kOfTheCall},
      {"widekyc.v1.Transaction.status", "always success"},
      {"widekyc.v1.Transaction.trx_id", kOfTheCall},
      {"widekyc.v1.ValidateIdRequest.account", kAccount},
      {"widekyc.v1.ValidateIdRequest.request_id", kKey},
  };
  return names;
}

void AddFields(const Descriptor& type, std::vector<const FieldDescriptor*>& fields) {
  for (int i = 0; i < type.field_count(); ++i) fields.push_back(type.field(i));
  for (int i = 0; i < type.nested_type_count(); ++i) AddFields(*type.nested_type(i), fields);
}

std::vector<const FieldDescriptor*> AllFields() {
  std::vector<const FieldDescriptor*> fields;
  for (const FileDescriptor* file : Contracts()) {
    for (int i = 0; i < file->message_type_count(); ++i) AddFields(*file->message_type(i), fields);
  }
  return fields;
}

TEST(Personal, EveryTextAndBytesIsMarkedOrHarmlessForAReason) {
  std::set<std::string> harmless;
  for (const auto& [name, reason] : Harmless()) harmless.insert(name);
  for (const FieldDescriptor* field : AllFields()) {
    const bool personal = PersonalOf(*field) != options::v1::PERSONAL_UNSPECIFIED;
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) {
      EXPECT_FALSE(personal) << field->full_name() << ": only texts and bytes are marked";
      continue;
    }
    EXPECT_NE(personal, harmless.erase(field->full_name()) == 1)
        << field->full_name() << " must be marked (kyc.options.v1.personal), or else be harmless";
  }
  EXPECT_THAT(harmless, IsEmpty()) << "no such fields";
}

TEST(Personal, EveryServicesFileIsLookedAt) {
  std::set<std::string> looked;
  for (const FileDescriptor* file : Contracts()) looked.insert(file->package());
  EXPECT_THAT(looked,
              UnorderedElementsAre("finpay.linkage.v1", "widekyc.v1", "netzme.v1", "kyc.admin.v1"));
}

TEST(Personal, TextsAreThoseOfAllThatAMessageHolds) {
  finpay::linkage::v1::CreateUpgradeAccountWidgetRequest request;
  request.set_partner_reference_no("order-0001");
  request.set_account("default");
  request.mutable_images()->mutable_ktp()->set_content("picture");
  request.mutable_personal_data()->set_kk_number("3671");
  EXPECT_THAT(PersonalTexts(request), UnorderedElementsAre("order-0001", "3671"));
}

TEST(Personal, TextsOfListsAreAllTheirs) {
  netzme::v1::ListUpgradesResponse page;
  page.add_events()->set_cust_id("one");
  page.add_events()->add_reject_reasons("two");
  page.mutable_events(1)->add_reject_reasons("three");
  EXPECT_THAT(PersonalTexts(page), UnorderedElementsAre("one", "two", "three"));
}

TEST(Personal, OnlyWhatFullViewShowsIsCleared) {
  netzme::v1::GetUpgradeResponse response;
  response.set_cursor("cursor");
  response.mutable_event()->set_cust_id("G7tKXzoD");
  response.mutable_event()->set_mother_maiden_name("Siti");
  response.mutable_event()->set_raw_body("{}");
  ClearFullOnly(response);
  netzme::v1::GetUpgradeResponse basic;
  basic.set_cursor("cursor");
  basic.mutable_event()->set_cust_id("G7tKXzoD");
  EXPECT_EQ(response.SerializeAsString(), basic.SerializeAsString());
}

TEST(Personal, APrintedMessageShowsNobodysData) {
  netzme::v1::ListUpgradesResponse page;
  netzme::v1::UpgradeEvent& event = *page.add_events();
  event.set_sequence(7);
  event.set_account("default");
  event.set_cust_id("MARKED-1");
  event.add_benefits("MARKED-2");
  event.set_raw_body("MARKED-3");
  event.GetReflection()->MutableUnknownFields(&event)->AddLengthDelimited(999, "MARKED-4");
  const std::string text = Redacted(page);
  EXPECT_THAT(text, Not(HasSubstr("MARKED")));
  EXPECT_THAT(text, HasSubstr("sequence: 7"));
  EXPECT_THAT(text, HasSubstr("account: \"default\""));
  EXPECT_THAT(text, HasSubstr("cust_id: \"[personal]\""));
}

}  // namespace
}  // namespace kyc
