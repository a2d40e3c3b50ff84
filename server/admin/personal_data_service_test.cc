#include "server/admin/personal_data_service.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/admin/quarantine_sweep.h"
#include "server/call/error.h"
#include "server/call/testing/answer_of.h"
#include "server/events/testing/temporary_log.h"

namespace kyc::admin {
namespace {

class PersonalDataServiceTest : public testing::Test {
 protected:
  PersonalDataServiceTest() {
    service_ = std::make_unique<PersonalDataService>(
        log_.log(), log_.quarantine(),
        [](absl::AnyInvocable<void() &&> job) { std::thread(std::move(job)).join(); },
        [this](absl::string_view line) { lines_.emplace_back(line); });
    context_.allow_personal_data = true;
    context_.caller = "officer";
  }
  void Append(const std::string& reference, const std::string& cust_id, int times = 1) {
    for (int i = 0; i < times; ++i) {
      ::netzme::v1::UpgradeEvent event;
      event.set_original_reference_no(reference);
      event.set_cust_id(cust_id);
      event.set_account("main");
      event.set_status(i % 2 == 0 ? ::netzme::v1::UPGRADE_STATUS_APPROVED
                                  : ::netzme::v1::UPGRADE_STATUS_REJECTED);
      log_.Append(std::move(event));
    }
  }
  void Keep(const std::string& body) {
    std::promise<absl::Status> kept;
    log_.quarantine().Keep(
        {.owner = {.account = "main"}, .answer = "4000000 Bad Request", .body = body},
        [&](absl::Status status) { kept.set_value(std::move(status)); });
    ASSERT_EQ(kept.get_future().get(), absl::OkStatus());
  }
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(void (PersonalDataService::*rpc)(CallContext, Request,
                                                                 Done<Response>),
                                Request request) {
    return AnswerOf(*service_, rpc, context_, std::move(request));
  }
  absl::StatusOr<v1::EraseReferenceResponse> EraseReference(const std::string& reference) {
    v1::EraseReferenceRequest request;
    request.set_original_reference_no(reference);
    return Call(&PersonalDataService::EraseReference, std::move(request));
  }
  absl::StatusOr<v1::EraseCustomerResponse> EraseCustomer(const std::string& cust_id) {
    v1::EraseCustomerRequest request;
    request.set_cust_id(cust_id);
    return Call(&PersonalDataService::EraseCustomer, std::move(request));
  }

  events::TemporaryLog log_;
  std::unique_ptr<PersonalDataService> service_;
  std::vector<std::string> lines_;
  CallContext context_;
};

TEST_F(PersonalDataServiceTest, AReferenceIsErasedHoweverManyEventsItHas) {
  Append("order-0001", "C1", 600);
  Append("order-0002", "C2");
  const auto erased = EraseReference("order-0001");
  ASSERT_TRUE(erased.ok()) << erased.status();
  EXPECT_EQ(erased->events(), 600);
  EXPECT_FALSE(log_.log().Latest("order-0001", "")->has_value());
  EXPECT_TRUE(log_.log().Latest("order-0002", "")->has_value());
}

TEST_F(PersonalDataServiceTest, BodiesInQuarantineThatHaveTheReferenceGo) {
  Append("order-0001", "C1");
  Keep(R"({"originalReferenceNo": "order-0001"})");
  Keep(R"({"originalReferenceNo": "order-0002"})");
  const auto erased = EraseReference("order-0001");
  ASSERT_TRUE(erased.ok()) << erased.status();
  EXPECT_EQ(erased->quarantined(), 1);
  EXPECT_EQ(log_.quarantine().ListQuarantined(0, 10)->size(), 1u);
}

TEST_F(PersonalDataServiceTest, WhatIsOnlyInQuarantineIsErasedAllTheSame) {
  Keep(R"({"custId": "G7tKXzoD"})");
  const auto erased = EraseCustomer("G7tKXzoD");
  ASSERT_TRUE(erased.ok()) << erased.status();
  EXPECT_EQ(erased->events(), 0);
  EXPECT_EQ(erased->quarantined(), 1);
  EXPECT_EQ(ReasonOf(EraseCustomer("G7tKXzoD").status()), "UPGRADE_NOT_FOUND");
}

TEST_F(PersonalDataServiceTest, RestrictedIsHiddenUntilLifted) {
  Append("order-0001", "C1");
  v1::RestrictReferenceRequest restrict;
  restrict.set_original_reference_no("order-0001");
  EXPECT_EQ(Call(&PersonalDataService::RestrictReference, restrict)->events(), 1);
  EXPECT_TRUE((*log_.log().Latest("order-0001", ""))->event.restricted());
  v1::LiftRestrictionRequest lift;
  lift.set_original_reference_no("order-0001");
  EXPECT_EQ(Call(&PersonalDataService::LiftRestriction, lift)->events(), 1);
  EXPECT_EQ((*log_.log().Latest("order-0001", ""))->event.cust_id(), "C1");
}

TEST_F(PersonalDataServiceTest, ThePermissionIsOneOfItsOwn) {
  context_.allow_personal_data = false;
  context_.allow_admin = true;
  context_.allow_full_view = true;
  EXPECT_EQ(ReasonOf(EraseReference("order-0001").status()), "CALLER_FORBIDDEN");
  EXPECT_EQ(ReasonOf(EraseCustomer("C1").status()), "CALLER_FORBIDDEN");
  EXPECT_EQ(ReasonOf(Call(&PersonalDataService::RestrictReference, {}).status()),
            "CALLER_FORBIDDEN");
  EXPECT_EQ(ReasonOf(Call(&PersonalDataService::LiftRestriction, {}).status()), "CALLER_FORBIDDEN");
}

TEST_F(PersonalDataServiceTest, IdentifiersAreChecked) {
  EXPECT_EQ(ReasonOf(EraseReference("").status()), "INVALID_REQUEST");
  EXPECT_EQ(ReasonOf(EraseCustomer(std::string(129, 'c')).status()), "INVALID_REQUEST");
  EXPECT_EQ(ReasonOf(EraseReference("nobody's").status()), "UPGRADE_NOT_FOUND");
}

TEST_F(PersonalDataServiceTest, TheLogSaysWhoAndHowMuchAndNotWhose) {
  Append("order-0001", "C1");
  ASSERT_TRUE(EraseReference("order-0001").ok());
  EXPECT_EQ(lines_, std::vector<std::string>{
                        "personal data of 1 events, 0 quarantined bodies and 0 stored answers "
                        "erased by officer"});
}

TEST(HasText, HoweverTheBodyWritesIt) {
  struct Case {
    const char* body;
    const char* text;
    bool has;
  };
  for (const Case& each :
       {Case{R"({"a":"order-1"})", "order-1", true}, Case{R"({"a":"order-2"})", "order-1", false},
        Case{"not json order-1", "order-1", true},
        Case{R"({"a":"Jos\u00e9"})", "Jos\xc3\xa9", true},
        Case{R"({"a":"Jos\u00E9"})", "Jos\xc3\xa9", true},
        Case{"{\"a\":\"Jos\xc3\xa9\"}", "Jos\xc3\xa9", true},
        Case{R"({"a":"\ud83d\ude00"})", "\xf0\x9f\x98\x80", true},
        Case{R"({"a":"say \"x\""})", "say \"x\"", true}}) {
    EXPECT_EQ(HasText(each.body, each.text), each.has) << each.body;
  }
}

}  // namespace
}  // namespace kyc::admin
