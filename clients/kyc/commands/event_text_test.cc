#include "clients/kyc/commands/event_text.h"

#include <gtest/gtest.h>

namespace kyc::cli {
namespace {

::netzme::v1::UpgradeEvent Event() {
  ::netzme::v1::UpgradeEvent event;
  event.set_sequence(7);
  event.set_event_id("e-7");
  event.mutable_received_time()->set_seconds(1764312560);
  event.set_revision(2);
  event.set_original_reference_no("order\033-1");
  event.set_status(::netzme::v1::UPGRADE_STATUS_REJECTED);
  event.add_reject_reasons("Foto KTP tidak jelas");
  event.set_account("default");
  return event;
}

TEST(EventText, IsALineForPeople) {
  EXPECT_EQ(EventLine(Event(), EventFormat::kText, false),
            "2025-11-28 06:49:20Z  7  rejected  order?-1  revision 2  Foto KTP tidak jelas");
  EXPECT_NE(EventLine(Event(), EventFormat::kText, true).find("\033[31mrejected\033[0m"),
            std::string::npos);
}

TEST(EventText, IsACloudEvent) {
  const std::string line = EventLine(Event(), EventFormat::kCloudEvents, true);
  EXPECT_EQ(line.substr(0, line.find(",\"data\":")),
            R"({"specversion":"1.0","id":"e-7","source":"/kyc-gateway/netzme/default",)"
            R"("type":"kyc.netzme.upgrade.rejected","subject":"order\u001b-1",)"
            R"("time":"2025-11-28T06:49:20Z","sequence":"7","datacontenttype":"application/json")");
  EXPECT_EQ(line.back(), '}');
}

TEST(EventText, FormatsHaveNames) {
  EXPECT_EQ(EventFormatOf("text", false), EventFormat::kText);
  EXPECT_EQ(EventFormatOf("text", true), EventFormat::kJson);
  EXPECT_EQ(EventFormatOf("json", false), EventFormat::kJson);
  EXPECT_EQ(EventFormatOf("cloudevents", true), EventFormat::kCloudEvents);
}

}  // namespace
}  // namespace kyc::cli
