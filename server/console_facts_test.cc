#include "server/console_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/events/testing/temporary_log.h"

namespace kyc {
namespace {

using testing::HasSubstr;

constexpr char kMethod[] = "widekyc.v1.WideKycService/ValidateId";

// What it tells once that is known.
std::string Told(ConsoleFacts& facts, absl::string_view known) {
  const absl::Time patience = SteadyNow() + absl::Seconds(30);
  std::string told = facts.Json();
  while (!absl::StrContains(told, known) && SteadyNow() < patience) {
    std::this_thread::yield();
    told = facts.Json();
  }
  return told;
}

TEST(ConsoleFacts, WhereThereIsNothing) {
  ConsoleFacts facts({}, usage::Days(absl::UTCTimeZone()));
  EXPECT_EQ(facts.Json(), "{\"watchers\":[],\"log\":null,\"usage\":null}");
}

TEST(ConsoleFacts, WhatTheLogHoldsAndWhatCallersUsedToday) {
  using events::Billing;
  events::TemporaryLog log;
  const usage::Days days(absl::UTCTimeZone());
  const int64_t today = days.Of(absl::Now());
  std::promise<absl::Status> added;
  log.usage().AddUsage(
      {1,
       {{{today, "app", "main", kMethod, Billing::kAnswered, ""}, 5},
        {{today, "app", "main", kMethod, Billing::kAnswered, "QUOTA_EXCEEDED"}, 2},
        {{today, "app", "main", kMethod, Billing::kMayBeBilled, "UPSTREAM_TIMEOUT"}, 3},
        {{today, "batch", "", kMethod, Billing::kSurelyNotBilled, "INVALID_REQUEST"}, 1},
        {{today - 1, "app", "main", kMethod, Billing::kAnswered, ""}, 100}}},
      [&](absl::Status status) { added.set_value(std::move(status)); });
  ASSERT_EQ(added.get_future().get(), absl::OkStatus());
  ::netzme::v1::UpgradeEvent event;
  event.set_original_reference_no("order-1");
  event.set_status(::netzme::v1::UPGRADE_STATUS_APPROVED);
  event.set_status_text("approved");
  log.Append(event);
  ConsoleFacts facts({&log.log(), &log.usage(), nullptr}, days);
  const std::string told = Told(facts, "\"date\"");
  EXPECT_THAT(told, HasSubstr("\"log\":{\"events\":1,\"oldest\":1}"));
  EXPECT_THAT(
      told,
      HasSubstr(absl::StrCat(
          "\"usage\":{\"date\":\"", usage::DayText(today),
          "\",\"rows\":[{\"caller\":\"app\",\"answered\":7,\"may_be_billed\":3,\"not_billed\":0},"
          "{\"caller\":\"batch\",\"answered\":0,\"may_be_billed\":0,\"not_billed\":1}]}")));
}

TEST(ConsoleFacts, WatchersAreToldAsTheyStoodWhenLastAsked) {
  ConsoleFacts::OnStandings answer;
  ConsoleFacts facts(
      {nullptr, nullptr, [&answer](ConsoleFacts::OnStandings asked) { answer = std::move(asked); }},
      usage::Days(absl::UTCTimeZone()));
  EXPECT_THAT(facts.Json(), HasSubstr("\"watchers\":[],"));
  answer({{"app", 3, 1, 20}});
  EXPECT_THAT(facts.Json(),
              HasSubstr("\"watchers\":[{\"caller\":\"app\",\"streams\":3,\"behind\":1,"
                        "\"furthest\":20}],"));
}

}  // namespace
}  // namespace kyc
