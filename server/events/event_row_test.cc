#include "server/events/event_row.h"

#include <google/protobuf/descriptor.h>

#include "gtest/gtest.h"
#include "server/call/personal.h"
#include "server/crypto/sealer.h"

namespace kyc::events {
namespace {

using ::netzme::v1::UpgradeEvent;

LogIdentity Log() {
  return {"0123456789abcdef", LogKeys(Secret(std::string(32, 'l'))),
          *crypto::Sealer::Make({{1, Secret(std::string(32, 's'))}})};
}

void SetText(UpgradeEvent& event, const google::protobuf::FieldDescriptor* field) {
  const auto* reflection = event.GetReflection();
  if (field->is_repeated()) {
    reflection->AddString(&event, field, field->name());
  } else {
    reflection->SetString(&event, field, field->name());
  }
}

// What has a column of its own is not in what is opened: so personal fields have none.
TEST(EventRow, EveryPersonalFieldIsSealed) {
  UpgradeEvent event;
  const auto* type = UpgradeEvent::descriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    if (PersonalOf(*type->field(i)) != options::v1::PERSONAL_UNSPECIFIED) {
      SetText(event, type->field(i));
    }
  }
  ASSERT_EQ(event.cust_id(), "cust_id");
  const LogIdentity log = Log();
  const SealedColumns sealed = SealEvent(event, "event id of 16 b", log);
  const auto opened = OpenSealed("event id of 16 b", sealed.fields, sealed.raw_body, log);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->SerializeAsString(), event.SerializeAsString());
}

EventRow RowOf(const UpgradeEvent& event, const SealedColumns& sealed) {
  EventRow row;
  row.sequence = 7;
  row.event_id = "event id of 16 b";
  row.revision = event.revision();
  row.previous_status = event.previous_status();
  row.status = event.status();
  row.anomalies = AnomalyBits(event);
  row.chain = "12345678";
  row.sealed_fields = sealed.fields;
  row.sealed_raw_body = sealed.raw_body;
  return row;
}

TEST(EventRow, AClearColumnThatWasAlteredIsDamage) {
  UpgradeEvent event;
  event.set_status(::netzme::v1::UPGRADE_STATUS_APPROVED);
  event.set_previous_status(::netzme::v1::UPGRADE_STATUS_REJECTED);
  event.set_revision(2);
  event.add_anomalies(::netzme::v1::ANOMALY_CONTENT_TYPE);
  const LogIdentity log = Log();
  const SealedColumns sealed = SealEvent(event, "event id of 16 b", log);
  const EventRow row = RowOf(event, sealed);
  EXPECT_TRUE(EventFromRow(row, log).ok());
  const auto altered = [&](auto column, int64_t value) {
    EventRow other = row;
    other.*column = value;
    return absl::IsDataLoss(EventFromRow(other, log).status());
  };
  EXPECT_TRUE(altered(&EventRow::status, ::netzme::v1::UPGRADE_STATUS_REJECTED));
  EXPECT_TRUE(altered(&EventRow::previous_status, 0));
  EXPECT_TRUE(altered(&EventRow::revision, 1));
  EXPECT_TRUE(altered(&EventRow::anomalies, 0));
}

TEST(EventRow, WhatWasNotKnownWhenItWasSealedIsNotCompared) {
  UpgradeEvent event;
  event.set_status(::netzme::v1::UPGRADE_STATUS_APPROVED);
  const LogIdentity log = Log();
  const SealedColumns sealed = SealEvent(event, "event id of 16 b", log);
  EventRow row = RowOf(event, sealed);
  row.revision = 2;
  row.previous_status = ::netzme::v1::UPGRADE_STATUS_REJECTED;
  row.anomalies = 2;
  EXPECT_TRUE(EventFromRow(row, log).ok());
  row.status = ::netzme::v1::UPGRADE_STATUS_REJECTED;
  EXPECT_TRUE(absl::IsDataLoss(EventFromRow(row, log).status()));
  const SealedColumns older = SealEvent({}, "event id of 16 b", log);
  row.sealed_fields = older.fields;
  EXPECT_TRUE(EventFromRow(row, log).ok());
}

}  // namespace
}  // namespace kyc::events
