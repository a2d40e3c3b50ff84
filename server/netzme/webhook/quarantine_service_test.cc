#include "server/netzme/webhook/quarantine_service.h"

#include <signal.h>
#include <sys/resource.h>

#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/call/error.h"
#include "server/call/testing/answer_of.h"
#include "server/call/testing/fake_metrics.h"
#include "server/events/sqlite/sqlite_log.h"

namespace kyc::netzme {
namespace {

using admin::v1::DiscardQuarantinedRequest;
using admin::v1::GetQuarantinedRequest;
using admin::v1::ListQuarantinedRequest;
using admin::v1::ListQuarantinedResponse;
using admin::v1::RedriveQuarantinedRequest;

constexpr char kReadable[] = R"({"originalReferenceNo":"r","custId":"c","status":"pending"})";
constexpr char kUnreadable[] = R"({"originalReferenceNo":"r","custId":"Ani 42"})";

class QuarantineServiceTest : public testing::Test {
 protected:
  QuarantineServiceTest() {
    folder_ = testing::TempDir() + "/quarantine_XXXXXX";
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    events::SqliteLogOptions options;
    options.path = folder_ + "/events.db";
    options.sealing_keys = {{.id = 1, .key = Secret(std::string(32, 's'))}};
    options.lookup_key = Secret(std::string(32, 'l'));
    options.writer.metrics = &metrics_;
    options.writer.max_waiting = 1;
    options.writer.before_commit = [this] { std::exchange(before_next_commit_, [] {})(); };
    auto log = events::SqliteLog::Open(std::move(options));
    EXPECT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
    service_ = std::make_unique<QuarantineService>(
        *log_, *log_, [](absl::AnyInvocable<void() &&> job) { std::thread(std::move(job)).join(); },
        [this](absl::string_view line) { lines_.emplace_back(line); });
    context_.allow_admin = true;
    context_.caller = "operator";
  }
  ~QuarantineServiceTest() override {
    log_.reset();
    std::filesystem::remove_all(folder_);
  }

  void Keep(const std::string& body) {
    std::promise<absl::Status> kept;
    log_->Keep({.owner = {.account = "main"},
                .answer = "4000002 Invalid Mandatory Field status",
                .body = body},
               [&](absl::Status status) { kept.set_value(std::move(status)); });
    ASSERT_EQ(kept.get_future().get(), absl::OkStatus());
  }
  // Calls one rpc and waits for its answer.
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(void (QuarantineService::*rpc)(CallContext, Request,
                                                               Done<Response>),
                                Request request) {
    return AnswerOf(*service_, rpc, context_, std::move(request));
  }
  auto List(int page_size, std::string page_token = "") {
    ListQuarantinedRequest request;
    request.set_page_size(page_size);
    request.set_page_token(std::move(page_token));
    return Call(&QuarantineService::List, std::move(request));
  }
  // The id of the only entry.
  int64_t OnlyId() {
    const auto all = List(0);
    EXPECT_TRUE(all.ok() && all->entries_size() == 1);
    return all->entries(0).id();
  }
  template <typename Request>
  static Request WithId(int64_t id) {
    Request request;
    request.set_id(id);
    return request;
  }

  FakeMetrics metrics_;
  std::function<void()> before_next_commit_ = [] {};  // Set while the writer rests.
  std::vector<std::string> lines_;                    // An answer is waited for before it is read.
  std::string folder_;
  std::unique_ptr<events::SqliteLog> log_;
  std::unique_ptr<QuarantineService> service_;
  CallContext context_;
};

TEST_F(QuarantineServiceTest, CallerWithoutAllowAdminIsForbidden) {
  Keep(kReadable);
  const int64_t id = OnlyId();
  context_.allow_admin = false;
  const absl::Status answers[] = {
      List(0).status(), Call(&QuarantineService::Get, WithId<GetQuarantinedRequest>(id)).status(),
      Call(&QuarantineService::Redrive, WithId<RedriveQuarantinedRequest>(id)).status(),
      Call(&QuarantineService::Discard, WithId<DiscardQuarantinedRequest>(id)).status()};
  for (const absl::Status& answer : answers) {
    EXPECT_EQ(answer.code(), absl::StatusCode::kPermissionDenied);
    EXPECT_EQ(ReasonOf(answer), "CALLER_FORBIDDEN");
  }
  context_.allow_admin = true;
  EXPECT_EQ(OnlyId(), id);
}

TEST_F(QuarantineServiceTest, ListGoesThroughThePagesOldestFirst) {
  for (int i = 0; i < 5; ++i) Keep(absl::StrCat("body ", i));
  std::string sizes, token;
  int64_t last = 0;
  do {
    const auto page = List(2, token);
    ASSERT_TRUE(page.ok()) << page.status();
    absl::StrAppend(&sizes, page->entries_size(), " ");
    for (const auto& entry : page->entries()) {
      EXPECT_GT(entry.id(), last);
      last = entry.id();
    }
    token = page->next_page_token();
  } while (!token.empty());
  EXPECT_EQ(sizes, "2 2 1 ");
}

TEST_F(QuarantineServiceTest, FullLastPageHasNoNext) {
  for (int i = 0; i < 2; ++i) Keep(absl::StrCat("body ", i));
  EXPECT_EQ(List(2)->next_page_token(), "");
}

TEST_F(QuarantineServiceTest, EntryTellsWhatWasAnswered) {
  Keep(kUnreadable);
  Keep(kUnreadable);
  const auto page = List(0);
  ASSERT_TRUE(page.ok() && page->entries_size() == 1);
  EXPECT_EQ(page->entries(0).answer(), "4000002 Invalid Mandatory Field status");
  EXPECT_EQ(page->entries(0).account(), "main");
  EXPECT_EQ(page->entries(0).size_bytes(), sizeof(kUnreadable) - 1);
  EXPECT_EQ(page->entries(0).times_received(), 2);
  EXPECT_GT(page->entries(0).received_time().seconds(), 1'600'000'000);
}

TEST_F(QuarantineServiceTest, WrongPageRequestsAreRefused) {
  for (const int size : {-1, 501}) {
    EXPECT_EQ(ReasonOf(List(size).status()), "INVALID_REQUEST") << size;
  }
  for (const char* token : {"x", "-1", "0", "1 2", "99999999999999999999"}) {
    const absl::Status status = List(0, token).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << token;
    EXPECT_EQ(ReasonOf(status), "PAGE_TOKEN_INVALID") << token;
  }
}

TEST_F(QuarantineServiceTest, GetShowsTheBodyMasked) {
  Keep(kUnreadable);
  const auto got = Call(&QuarantineService::Get, WithId<GetQuarantinedRequest>(OnlyId()));
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->masked_body(), R"({"originalReferenceNo":"*","custId":"*** **"})");
  EXPECT_EQ(got->entry().answer(), "4000002 Invalid Mandatory Field status");
}

TEST_F(QuarantineServiceTest, RedrivenEntryIsInTheLogAndGone) {
  Keep(kReadable);
  const auto redriven =
      Call(&QuarantineService::Redrive, WithId<RedriveQuarantinedRequest>(OnlyId()));
  ASSERT_TRUE(redriven.ok()) << redriven.status();
  EXPECT_FALSE(redriven->repeat());
  const auto stored = log_->Latest("r", "");
  ASSERT_TRUE(stored.ok() && stored->has_value());
  EXPECT_EQ((*stored)->event.sequence(), redriven->sequence());
  EXPECT_EQ((*stored)->event.account(), "main");
  EXPECT_EQ((*stored)->event.raw_body(), kReadable);
  EXPECT_EQ(List(0)->entries_size(), 0);
}

TEST_F(QuarantineServiceTest, RedriveOfWhatTheLogHasIsARepeat) {
  Keep(kReadable);
  const auto first = Call(&QuarantineService::Redrive, WithId<RedriveQuarantinedRequest>(OnlyId()));
  Keep(kReadable);
  const auto second =
      Call(&QuarantineService::Redrive, WithId<RedriveQuarantinedRequest>(OnlyId()));
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_TRUE(second->repeat());
  EXPECT_EQ(second->sequence(), first->sequence());
}

TEST_F(QuarantineServiceTest,
       EntryThatCannotBeDiscardedAfterItsEventIsCommittedIsLeftForALaterRedrive) {
  Keep(kReadable);
  const auto redrive = WithId<RedriveQuarantinedRequest>(OnlyId());
  std::promise<absl::Status> kept;
  before_next_commit_ = [&] {  // Takes the only place in the writer's line.
    log_->Keep({.owner = {.account = "main"}, .answer = "4000001", .body = kUnreadable},
               [&](absl::Status status) { kept.set_value(status); });
  };
  const auto first = Call(&QuarantineService::Redrive, redrive);
  ASSERT_EQ(kept.get_future().get(), absl::OkStatus());
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_FALSE(first->repeat());
  EXPECT_EQ((*log_->Latest("r", ""))->event.sequence(), first->sequence());
  EXPECT_EQ(List(0)->entries_size(), 2);

  const auto second = Call(&QuarantineService::Redrive, redrive);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_TRUE(second->repeat());
  EXPECT_EQ(second->sequence(), first->sequence());
  EXPECT_NE(OnlyId(), redrive.id());
}

TEST_F(QuarantineServiceTest, UnreadableEntryStays) {
  Keep(kUnreadable);
  const int64_t id = OnlyId();
  const absl::Status status =
      Call(&QuarantineService::Redrive, WithId<RedriveQuarantinedRequest>(id)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "The body is still refused; the entry stays [STILL_UNREADABLE].");
  EXPECT_EQ(MetadataOf(status, "answer"), "4000002 Invalid Mandatory Field status");
  EXPECT_EQ(OnlyId(), id);
}

RedriveQuarantinedRequest Corrected(int64_t id, const std::string& body) {
  RedriveQuarantinedRequest request;
  request.set_id(id);
  request.set_corrected_body(body);
  return request;
}

TEST_F(QuarantineServiceTest, CorrectedBodyBecomesTheEventAndTheOriginalStaysBesideIt) {
  Keep(kUnreadable);
  const int64_t id = OnlyId();
  const auto redriven = Call(&QuarantineService::Redrive, Corrected(id, kReadable));
  ASSERT_TRUE(redriven.ok()) << redriven.status();
  const auto event = (*log_->Latest("r", ""))->event;
  EXPECT_EQ(event.sequence(), redriven->sequence());
  EXPECT_EQ(event.raw_body(), kReadable);
  EXPECT_EQ(event.redrive().quarantine_id(), id);
  EXPECT_EQ(event.redrive().caller(), "operator");
  EXPECT_TRUE(event.redrive().corrected());

  context_.allow_full_view = true;
  GetQuarantinedRequest full = WithId<GetQuarantinedRequest>(id);
  full.set_view(::netzme::v1::VIEW_FULL);
  const auto kept = Call(&QuarantineService::Get, full);
  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_EQ(kept->body(), kUnreadable);
  EXPECT_EQ(kept->entry().redriven().caller(), "operator");
  EXPECT_EQ(kept->entry().redriven().sequence(), redriven->sequence());
  EXPECT_GT(kept->entry().redriven().time().seconds(), 1'600'000'000);

  const auto again = Call(&QuarantineService::Redrive, Corrected(id, kReadable));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->repeat());
  EXPECT_EQ(again->sequence(), redriven->sequence());
}

TEST_F(QuarantineServiceTest, UnreadableOrTooLargeCorrectionChangesNothing) {
  Keep(kReadable);
  const int64_t id = OnlyId();
  EXPECT_EQ(ReasonOf(Call(&QuarantineService::Redrive, Corrected(id, kUnreadable)).status()),
            "STILL_UNREADABLE");
  const absl::Status too_large =
      Call(&QuarantineService::Redrive, Corrected(id, std::string((1 << 20) + 1, ' '))).status();
  EXPECT_EQ(ReasonOf(too_large), "INVALID_REQUEST");
  EXPECT_FALSE(List(0)->entries(0).has_redriven());
  EXPECT_FALSE((*log_->Latest("r", "")).has_value());
}

TEST_F(QuarantineServiceTest, EventOfARedriveSaysSoAndTheLogWhoDidIt) {
  Keep(kReadable);
  const int64_t id = OnlyId();
  const auto redriven = Call(&QuarantineService::Redrive, WithId<RedriveQuarantinedRequest>(id));
  ASSERT_TRUE(redriven.ok()) << redriven.status();
  const auto event = (*log_->Latest("r", ""))->event;
  EXPECT_EQ(event.redrive().quarantine_id(), id);
  EXPECT_FALSE(event.redrive().corrected());
  Keep(kUnreadable);
  const int64_t other = OnlyId();
  EXPECT_TRUE(Call(&QuarantineService::Redrive, Corrected(other, kReadable)).ok());
  EXPECT_TRUE(Call(&QuarantineService::Discard, WithId<DiscardQuarantinedRequest>(other)).ok());
  const std::vector<std::string> expected = {
      absl::StrCat("quarantine: entry ", id, " redriven by operator: event 1"),
      absl::StrCat("quarantine: entry ", other,
                   " redriven by operator with a corrected body: event 1"),
      absl::StrCat("quarantine: entry ", other, " discarded by operator")};
  EXPECT_EQ(lines_, expected);
}

TEST_F(QuarantineServiceTest, BodyInClearIsForFullViewOnly) {
  Keep(kUnreadable);
  GetQuarantinedRequest request = WithId<GetQuarantinedRequest>(OnlyId());
  EXPECT_EQ(Call(&QuarantineService::Get, request)->body(), "");
  request.set_view(::netzme::v1::VIEW_FULL);
  const absl::Status forbidden = Call(&QuarantineService::Get, request).status();
  EXPECT_EQ(forbidden.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ReasonOf(forbidden), "CALLER_FORBIDDEN");
  request.set_view(static_cast<::netzme::v1::View>(7));
  EXPECT_EQ(ReasonOf(Call(&QuarantineService::Get, request).status()), "INVALID_REQUEST");
}

TEST_F(QuarantineServiceTest, ReplyIsListedByItsKindAndCannotBecomeAnEvent) {
  Keep(kReadable);
  std::promise<absl::Status> kept;
  log_->Keep({.owner = {events::QuarantinedKind::kReply, "main", "widekyc id-recognize"},
              .answer = "HTTP 200: odd",
              .body = kReadable,
              .request_id = "request-1"},
             [&](absl::Status status) { kept.set_value(std::move(status)); });
  ASSERT_TRUE(kept.get_future().get().ok());
  EXPECT_EQ(List(0)->entries_size(), 2);
  ListQuarantinedRequest request;
  request.set_kind(admin::v1::QUARANTINED_KIND_REPLY);
  const auto replies = Call(&QuarantineService::List, request);
  ASSERT_TRUE(replies.ok() && replies->entries_size() == 1);
  EXPECT_EQ(replies->entries(0).kind(), admin::v1::QUARANTINED_KIND_REPLY);
  EXPECT_EQ(replies->entries(0).source(), "widekyc id-recognize");
  EXPECT_EQ(replies->entries(0).request_id(), "request-1");
  const int64_t id = replies->entries(0).id();
  for (const auto& redrive : {WithId<RedriveQuarantinedRequest>(id), Corrected(id, kReadable)}) {
    const absl::Status status = Call(&QuarantineService::Redrive, redrive).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(ReasonOf(status), "NOT_A_NOTIFICATION");
  }
  request.set_kind(static_cast<admin::v1::QuarantinedKind>(7));
  EXPECT_EQ(ReasonOf(Call(&QuarantineService::List, request).status()), "INVALID_REQUEST");
}

// Makes every growth of a file fail, as a full disk does.
class FullDisk {
 public:
  FullDisk() {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit none = {.rlim_cur = 1, .rlim_max = before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &none);
  }
  ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_;
};

TEST_F(QuarantineServiceTest, WhatMayHaveBeenStoredIsUnknownAndNeverUnavailable) {
  Keep(kReadable);
  const int64_t id = OnlyId();
  {
    const FullDisk full;
    const absl::Status answers[] = {
        Call(&QuarantineService::Redrive, WithId<RedriveQuarantinedRequest>(id)).status(),
        Call(&QuarantineService::Discard, WithId<DiscardQuarantinedRequest>(id)).status()};
    for (const absl::Status& answer : answers) {
      EXPECT_EQ(answer.code(), absl::StatusCode::kUnknown) << answer;
      EXPECT_EQ(ReasonOf(answer), "LOG_OUTCOME_UNKNOWN");
      EXPECT_EQ(MetadataOf(answer, "outcome"), "unknown");
    }
  }
  EXPECT_TRUE(Call(&QuarantineService::Redrive, WithId<RedriveQuarantinedRequest>(id)).ok());
}

TEST_F(QuarantineServiceTest, WhatWasNeverBegunIsToBeRepeated) {
  Keep(kReadable);
  const int64_t id = OnlyId();
  std::promise<absl::Status> first, second;
  std::promise<void> arrived, go;
  before_next_commit_ = [&] {
    arrived.set_value();
    go.get_future().wait();
  };
  const auto keep = [&](const char* body, std::promise<absl::Status>& kept) {
    log_->Keep({.owner = {.account = "main"}, .answer = "4000001", .body = body},
               [&kept](absl::Status status) { kept.set_value(status); });
  };
  keep("in the commit", first);
  arrived.get_future().wait();
  keep("the only one that may wait", second);
  const absl::Status refused =
      Call(&QuarantineService::Redrive, WithId<RedriveQuarantinedRequest>(id)).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(MetadataOf(refused, "outcome"), "not_sent");
  go.set_value();
  EXPECT_TRUE(second.get_future().get().ok());
}

TEST_F(QuarantineServiceTest, DiscardedEntryIsGone) {
  Keep(kReadable);
  const int64_t id = OnlyId();
  EXPECT_TRUE(Call(&QuarantineService::Discard, WithId<DiscardQuarantinedRequest>(id)).ok());
  EXPECT_EQ(List(0)->entries_size(), 0);
  EXPECT_FALSE((*log_->Latest("r", "")).has_value());
}

TEST_F(QuarantineServiceTest, UnknownIdIsNotFound) {
  for (const int64_t id : {int64_t{0}, int64_t{-1}, int64_t{7}}) {
    const absl::Status answers[] = {
        Call(&QuarantineService::Get, WithId<GetQuarantinedRequest>(id)).status(),
        Call(&QuarantineService::Redrive, WithId<RedriveQuarantinedRequest>(id)).status(),
        Call(&QuarantineService::Discard, WithId<DiscardQuarantinedRequest>(id)).status()};
    for (const absl::Status& answer : answers) {
      EXPECT_EQ(answer.code(), absl::StatusCode::kNotFound) << id;
      EXPECT_EQ(ReasonOf(answer), "QUARANTINED_NOT_FOUND") << id;
    }
  }
}

}  // namespace
}  // namespace kyc::netzme
