#include "server/process_notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace kyc {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// An audit log that keeps what it is told, or cannot.
class Kept : public events::Audit {
 public:
  void Note(std::vector<events::AuditNote> notes,
            absl::AnyInvocable<void(absl::Status) &&> done) override {
    if (!writable) return std::move(done)(absl::UnavailableError("no disk"));
    for (const events::AuditNote& note : notes) {
      lines.push_back(absl::StrCat(note.caller, "|", note.act, "|", note.outcome, "|", note.source,
                                   "|", note.times));
    }
    std::move(done)(absl::OkStatus());
  }
  absl::StatusOr<events::AuditPage> ListAudit(const events::AuditQuery&) const override {
    return events::AuditPage();
  }

  bool writable = true;
  std::vector<std::string> lines;
};

rpc::Refused Stranger(const std::string& method) {
  return {"CALLER_UNAUTHENTICATED", "unknown_token", method, "", "ipv4:10.0.0.1"};
}

TEST(ProcessNotes, RefusalsAlikeAreOneEntryAtOnceAndOneForTheRest) {
  Kept audit;
  absl::Time now = absl::UnixEpoch();
  ProcessNotes notes(audit, "host", [&now] { return now; });
  for (int i = 0; i < 1000; ++i) notes.NotLetIn(Stranger("a.B/C"));
  EXPECT_THAT(audit.lines,
              ElementsAre("|a.B/C|CALLER_UNAUTHENTICATED unknown_token|ipv4:10.0.0.1|1"));
  notes.Look();
  EXPECT_EQ(audit.lines.size(), 1u);
  now += absl::Minutes(10);
  notes.Look();
  EXPECT_EQ(audit.lines.back(), "|a.B/C|CALLER_UNAUTHENTICATED unknown_token|ipv4:10.0.0.1|999");
  notes.Look();
  EXPECT_EQ(audit.lines.size(), 2u);
}

TEST(ProcessNotes, OfManyKindsStrangersMakeFewEntries) {
  Kept audit;
  absl::Time now = absl::UnixEpoch();
  ProcessNotes notes(audit, "host", [&now] { return now; });
  for (int i = 0; i < 100'000; ++i) notes.NotLetIn(Stranger(absl::StrCat("method", i % 5000)));
  now += absl::Minutes(10);
  notes.Look();
  EXPECT_LE(audit.lines.size(), 130u);
  int64_t all = 0;
  for (const std::string& line : audit.lines) {
    all += std::stoll(line.substr(line.rfind('|') + 1));
  }
  EXPECT_EQ(all, 100'000);
}

TEST(ProcessNotes, WhatWasCountedIsWrittenAtTheEnd) {
  Kept audit;
  {
    ProcessNotes notes(audit, "host", [] { return absl::UnixEpoch(); });
    for (int i = 0; i < 3; ++i) notes.NotLetIn(Stranger("a.B/C"));
  }
  EXPECT_EQ(audit.lines.back(), "|a.B/C|CALLER_UNAUTHENTICATED unknown_token|ipv4:10.0.0.1|2");
}

TEST(ProcessNotes, AConfigurationIsWrittenOnceItCanBe) {
  Kept audit;
  audit.writable = false;
  ProcessNotes notes(audit, "host", [] { return absl::UnixEpoch(); });
  notes.Configured("first", "");
  notes.Configured("second", "all stays as it was");
  EXPECT_THAT(audit.lines, IsEmpty());
  audit.writable = true;
  for (int i = 0; i < 4; ++i) notes.Look();
  EXPECT_THAT(audit.lines, ElementsAre("|first||host|1", "|second|all stays as it was|host|1"));
}

TEST(ProcessNotes, AnActSaysWhoMayWhat) {
  config::Caller app, ops;
  app.name = "app";
  app.allow_full_view = true;
  ops.name = "ops";
  ops.allow_admin = ops.allow_personal_data = ops.allow_audit = true;
  EXPECT_EQ(ConfiguredAct("at the start", {app, ops}),
            "configuration at the start; callers: app full_view, ops admin personal_data audit");
  EXPECT_EQ(ConfiguredAct("taken over", {}), "configuration taken over; callers: none");
  const std::vector<config::Caller> many(5000, app);
  EXPECT_LT(ConfiguredAct("taken over", many).size(), 4100u);
}

}  // namespace
}  // namespace kyc
