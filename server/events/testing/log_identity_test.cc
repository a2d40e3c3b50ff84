// Whose log it is: what is stored can be read by its keys alone, and is refused without them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>

#include "server/call/error.h"
#include "server/events/testing/engine.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events {
namespace {

using ::testing::HasSubstr;

class LogIdentityTest : public testing::Test {
 protected:
  // Once opened it is log_; else why not.
  absl::Status Open(const EngineOptions& options = {}) {
    opened_.log.reset();
    absl::StatusOr<OpenedEngine> opened = engine_->Open(options, metrics_);
    if (!opened.ok()) return opened.status();
    opened_ = *std::move(opened);
    return absl::OkStatus();
  }
  // Makes a log with two events, and closes it.
  void MakeLog(const EngineOptions& options = {}) {
    ASSERT_TRUE(Open(options).ok());
    Append(log(), "R1", "approved");
    Append(log(), "R2", "rejected");
    opened_.log.reset();
  }
  void Tamper(const std::string& sql) {
    const absl::Status status = engine_->Tamper(sql);
    ASSERT_TRUE(status.ok()) << status;
  }
  void ExpectRefused(const absl::Status& status, const std::string& why) {
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(why));
  }
  EventLog& log() { return *opened_.log; }
  static crypto::SealingKey Key(uint8_t id, const std::string& name) {
    return {.id = id, .key = KeyNamed(name)};
  }

  const std::unique_ptr<Engine> engine_ = NewEngine();
  CountingMetrics metrics_;
  OpenedEngine opened_;
};

TEST_F(LogIdentityTest, ItIsTheSameLogEachTimeAndNoOther) {
  ASSERT_TRUE(Open().ok());
  const std::string id = log().log_id();
  const std::string signature = log().Sign("text");
  EXPECT_EQ(id.size(), 16u);
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(log().log_id(), id);
  EXPECT_EQ(log().Sign("text"), signature);
  const std::unique_ptr<Engine> another = NewEngine();
  const absl::StatusOr<OpenedEngine> other = another->Open({}, metrics_);
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_NE(other->log->log_id(), id);
}

TEST_F(LogIdentityTest, NothingPersonalIsStored) {
  ASSERT_TRUE(Open().ok());
  ::netzme::v1::UpgradeEvent event = Notification("REFERENCE-1", "status-text", "CUSTOMER-1");
  event.set_type("type-text");
  event.add_reject_reasons("reject-reason");
  event.add_benefits("benefit-text");
  event.set_mother_maiden_name("mother-name");
  event.set_identification_card_image_url("https://card-image");
  event.set_selfie_image_url("https://selfie-image");
  event.set_raw_body("raw-body-text");
  event.set_account("account-name");
  ASSERT_TRUE(TryAppend(log(), event).ok());
  ASSERT_TRUE(Keep(*opened_.quarantine, "quarantined-body-text").ok());

  const std::string open = engine_->Stored();
  opened_.log.reset();
  const std::string closed = engine_->Stored();
  for (const std::string& bytes : {open, closed}) {
    EXPECT_NE(bytes.find("4000000 Bad Request"), std::string::npos) << "it finds what is there";
    for (const char* personal :
         {"type-text", "REFERENCE-1", "CUSTOMER-1", "status-text", "reject-reason", "benefit-text",
          "mother-name", "card-image", "selfie-image", "raw-body-text", "account-name",
          "quarantined-body-text"}) {
      EXPECT_EQ(bytes.find(personal), std::string::npos) << personal;
    }
  }
}

TEST_F(LogIdentityTest, AnotherLookupKeyIsRefused) {
  MakeLog();
  EngineOptions options;
  options.lookup_key = KeyNamed("another");
  ExpectRefused(Open(options), "another look-up key");
}

TEST_F(LogIdentityTest, ShortLookupKeyIsRefused) {
  EngineOptions options;
  options.lookup_key = Secret("short");
  EXPECT_EQ(Open(options).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(LogIdentityTest, MissingSealingKeyIsRefused) {
  MakeLog();
  EngineOptions options;
  options.sealing_keys = {Key(2, "second")};
  ExpectRefused(Open(options), "sealed with key id 1");
}

TEST_F(LogIdentityTest, AnotherKeyUnderTheSameIdIsRefused) {
  MakeLog();
  EngineOptions options;
  options.sealing_keys = {Key(1, "second")};
  ExpectRefused(Open(options), "sealed with key id 1");
}

TEST_F(LogIdentityTest, OldSealingKeyIsNeededUntilWhatItSealedIsGone) {
  EngineOptions both;
  both.events_removed_together = 2;
  MakeLog(both);
  both.sealing_keys = {Key(2, "second"), Key(1, "sealing")};
  EngineOptions second;
  second.sealing_keys = {Key(2, "second")};
  ExpectRefused(Open(second), "sealed with key id 1");
  ASSERT_TRUE(Open(both).ok());
  Append(log(), "R3", "approved");
  EXPECT_EQ(ReadAll(log()).size(), 3u) << "both keys open what they sealed";

  both.retention.count = 1;
  both.trim_interval = absl::Milliseconds(1);
  ASSERT_TRUE(Open(both).ok());
  while (log().ends().oldest.sequence < 2) std::this_thread::yield();
  EXPECT_TRUE(Open(second).ok());
}

TEST_F(LogIdentityTest, NewerSchemaIsRefused) {
  MakeLog();
  ASSERT_TRUE(engine_->SetSchema(99).ok());
  ExpectRefused(Open(), "newer version (schema 99, this one knows ");
}

TEST_F(LogIdentityTest, SealedTextInAnotherPlaceDoesNotOpen) {
  MakeLog();
  Tamper(
      "UPDATE event SET sealed_fields = (SELECT sealed_fields FROM event WHERE sequence = 2) "
      "WHERE sequence = 1");
  ASSERT_TRUE(Open().ok());
  const absl::Status status = log().ReadAfter({}, 10, {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(ReasonOf(status), "LOG_DAMAGED");
  EXPECT_TRUE((*log().Latest("R2", "")).has_value()) << "other events are still read";
}

TEST_F(LogIdentityTest, OptionsThatContradictThemselvesAreRefused) {
  EngineOptions forgetful;
  forgetful.retention = {.age = absl::Hours(2), .count = 10, .reference_age = absl::Hours(1)};
  EXPECT_EQ(Open(forgetful).code(), absl::StatusCode::kInvalidArgument);
  EngineOptions empty;
  empty.retention.count = 0;
  EXPECT_EQ(Open(empty).code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace kyc::events
