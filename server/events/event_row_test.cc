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

}  // namespace
}  // namespace kyc::events
