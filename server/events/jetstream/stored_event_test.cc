#include "server/events/jetstream/stored_event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "server/events/event_row.h"
#include "server/events/log_testing.h"

namespace kyc::events::jetstream {
namespace {

using ::kyc::log::v1::StoredEvent;
using ::netzme::v1::UpgradeEvent;
using ::testing::HasSubstr;
using ::testing::Not;

class StoredEventTest : public testing::Test {
 protected:
  // What the log's judge makes of the notification after `latest`.
  StoredEvent After(const absl::optional<Latest>& latest, const std::string& status) {
    StoredEvent draft = Draft(Notification("R1", status), file_);
    Place(Judge(StateOf(latest), draft.content_digest()), latest, draft);
    return draft;
  }

  const LogFile file_{{std::string(16, 'i'), LogKeys(KeyNamed("lookup")),
                       *crypto::Sealer::Make({{.id = 1, .key = KeyNamed("sealing")}})},
                      ""};
  const Secret key_ = MessageKey(KeyNamed("lookup"));
  const std::string subject_ = "kyc.0123";
};

TEST_F(StoredEventTest, WhatIsEncodedIsDecodedInItsPlaceOnly) {
  const StoredEvent event = After(absl::nullopt, "approved");
  const std::string data = Encode(event, file_.log_id, subject_, key_);
  const auto decoded = Decode(data, file_.log_id, subject_, key_);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->SerializeAsString(), event.SerializeAsString());

  EXPECT_FALSE(Decode(data, file_.log_id, "kyc.0124", key_).ok());
  EXPECT_FALSE(Decode(data, std::string(16, 'j'), subject_, key_).ok());
  EXPECT_FALSE(Decode(data, file_.log_id, subject_, MessageKey(KeyNamed("other"))).ok());
  for (size_t i = 0; i < data.size(); ++i) {
    std::string altered = data;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    EXPECT_FALSE(Decode(altered, file_.log_id, subject_, key_).ok()) << i;
    EXPECT_FALSE(Decode(data.substr(0, i), file_.log_id, subject_, key_).ok()) << i;
  }
}

TEST_F(StoredEventTest, NothingPersonalStandsInClear) {
  UpgradeEvent notification = Notification("CLEAR-reference", "approved", "CLEAR-customer");
  notification.set_raw_body("CLEAR-body");
  notification.set_mother_maiden_name("CLEAR-name");
  const std::string data = Encode(Draft(notification, file_), file_.log_id, subject_, key_);
  EXPECT_THAT(data, Not(HasSubstr("CLEAR")));
}

TEST_F(StoredEventTest, RepetitionOfSomethingOlderIsSeenFromTheLatestMessageAlone) {
  absl::optional<Latest> latest;
  for (int64_t i = 1; i <= 70; ++i) {
    latest = Latest{i, After(latest, absl::StrCat("status-", i))};
    EXPECT_EQ(latest->event.revision(), i);
    EXPECT_EQ(latest->event.anomalies(), 0) << i;
  }
  const int64_t redelivery = int64_t{1} << ::netzme::v1::ANOMALY_POSSIBLE_REDELIVERY;
  EXPECT_EQ(After(latest, "status-69").anomalies(), redelivery);
  EXPECT_EQ(After(latest, "status-6").anomalies(), redelivery);
  EXPECT_EQ(After(latest, "status-5").anomalies(), 0) << "further than it remembers";
  EXPECT_EQ(latest->event.older_contents().size(), 64u * 8);
}

}  // namespace
}  // namespace kyc::events::jetstream
