#include "server/netzme/webhook/quarantine_service.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/types/optional.h"
#include "google/protobuf/timestamp.pb.h"
#include "server/call/error.h"
#include "server/events/log_error.h"
#include "server/json/value.h"
#include "server/netzme/view.h"
#include "server/netzme/webhook/masked_body.h"
#include "server/netzme/webhook/notification.h"

namespace kyc::netzme {
namespace {

using admin::v1::DiscardQuarantinedRequest;
using admin::v1::DiscardQuarantinedResponse;
using admin::v1::GetQuarantinedRequest;
using admin::v1::GetQuarantinedResponse;
using admin::v1::ListQuarantinedRequest;
using admin::v1::ListQuarantinedResponse;
using admin::v1::QuarantinedKind;
using admin::v1::QuarantinedNotification;
using admin::v1::RedriveQuarantinedRequest;
using admin::v1::RedriveQuarantinedResponse;
using ::netzme::v1::UpgradeEvent;

constexpr int kDefaultPageSize = 50;
constexpr int kMaxPageSize = 500;

absl::Status CheckAdmin(const CallContext& context) {
  if (context.allow_admin) return absl::OkStatus();
  Error error;
  error.code = absl::StatusCode::kPermissionDenied;
  error.reason = "CALLER_FORBIDDEN";
  error.message = "The quarantine is for callers with allow_admin in their configuration";
  error.metadata = {{"outcome", std::string(OutcomeText(Outcome::kNotSent))}};
  return ToStatus(error);
}

absl::Status PageTokenInvalid() {
  Error error;
  error.code = absl::StatusCode::kInvalidArgument;
  error.reason = "PAGE_TOKEN_INVALID";
  error.message = "The page_token is not one that this service gave";
  return ToStatus(error);
}

absl::Status StillUnreadable(const Refusal& refusal) {
  Error error;
  error.code = absl::StatusCode::kFailedPrecondition;
  error.reason = "STILL_UNREADABLE";
  error.message = "The body is still refused; the entry stays";
  error.metadata = {{"answer", absl::StrCat(refusal.response_code, " ", refusal.response_message)}};
  error.precondition_type = error.reason;
  return ToStatus(error);
}

absl::Status NotANotification() {
  Error error;
  error.code = absl::StatusCode::kFailedPrecondition;
  error.reason = "NOT_A_NOTIFICATION";
  error.message = "The entry is an upstream's reply, which cannot become an event";
  error.precondition_type = error.reason;
  return ToStatus(error);
}

// What is said when a change failed. Only what was never begun has surely not been done: what a
// failed commit wrote may still come to light, and a stream that did not answer may have stored it.
absl::Status ChangeError(const absl::Status& failed) {
  if (absl::IsNotFound(failed) || absl::IsResourceExhausted(failed)) return failed;
  Error error;
  error.code = absl::StatusCode::kUnknown;
  error.reason = "LOG_OUTCOME_UNKNOWN";
  error.message = "The event log did not say whether it was done; look whether the entry is there";
  error.metadata = {{"outcome", std::string(OutcomeText(Outcome::kUnknown))}};
  return ToStatus(error);
}

void SetTime(absl::Time from, google::protobuf::Timestamp& to) {
  const int64_t nanos = absl::ToUnixNanos(from);
  to.set_seconds(nanos / 1'000'000'000);
  to.set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
}

QuarantinedKind ToProto(events::QuarantinedKind kind) {
  return kind == events::QuarantinedKind::kReply ? admin::v1::QUARANTINED_KIND_REPLY
                                                 : admin::v1::QUARANTINED_KIND_NOTIFICATION;
}

QuarantinedNotification ToProto(const events::QuarantinedBody& entry) {
  QuarantinedNotification to;
  to.set_id(entry.id);
  SetTime(entry.received_time, *to.mutable_received_time());
  to.set_answer(entry.answer);
  to.set_size_bytes(entry.size_bytes);
  to.set_times_received(entry.times_received);
  to.set_account(entry.owner.account);
  to.set_kind(ToProto(entry.owner.kind));
  to.set_source(entry.owner.source);
  to.set_request_id(entry.request_id);
  if (entry.redriven.has_value()) {
    SetTime(entry.redriven->time, *to.mutable_redriven()->mutable_time());
    to.mutable_redriven()->set_caller(entry.redriven->caller);
    to.mutable_redriven()->set_sequence(entry.redriven->sequence);
  }
  return to;
}

// What is wrong with a request's `kind`, or which it asks for.
absl::StatusOr<absl::optional<events::QuarantinedKind>> KindOf(QuarantinedKind kind) {
  switch (kind) {
    case admin::v1::QUARANTINED_KIND_UNSPECIFIED:
      return absl::optional<events::QuarantinedKind>();
    case admin::v1::QUARANTINED_KIND_NOTIFICATION:
      return absl::make_optional(events::QuarantinedKind::kNotification);
    case admin::v1::QUARANTINED_KIND_REPLY:
      return absl::make_optional(events::QuarantinedKind::kReply);
    default:
      return InvalidRequest({{"kind", "must be a kind that there is"}});
  }
}

absl::StatusOr<ListQuarantinedResponse> ReadPage(const events::Quarantine& quarantine,
                                                 int page_size, int64_t after,
                                                 absl::optional<events::QuarantinedKind> kind) {
  // One more tells whether there is a next page.
  const auto entries = quarantine.ListQuarantined(after, page_size + 1, kind);
  if (!entries.ok()) return events::LogError(entries.status());
  ListQuarantinedResponse response;
  for (const events::QuarantinedBody& entry : *entries) {
    if (response.entries_size() == page_size) {
      response.set_next_page_token(absl::StrCat(response.entries(page_size - 1).id()));
      break;
    }
    *response.add_entries() = ToProto(entry);
  }
  return response;
}

// The event that a redrive of `entry` appends.
absl::StatusOr<UpgradeEvent> ReadAgain(const events::QuarantinedBody& entry,
                                       const std::string& corrected, const std::string& caller) {
  if (entry.owner.kind != events::QuarantinedKind::kNotification) return NotANotification();
  json::Deviations ignored;  // They were counted when the body arrived.
  auto read = ReadNotification(corrected.empty() ? entry.body : corrected, ignored);
  if (const auto* refusal = std::get_if<Refusal>(&read)) return StillUnreadable(*refusal);
  auto& event = std::get<UpgradeEvent>(read);
  event.set_account(entry.owner.account);
  event.mutable_redrive()->set_quarantine_id(entry.id);
  event.mutable_redrive()->set_caller(caller);
  event.mutable_redrive()->set_corrected(!corrected.empty());
  return std::move(event);
}

// Appends; then what is to be done to the entry is, if it can.
void AppendThenSettle(events::EventLog& event_log, events::Quarantine& quarantine,
                      UpgradeEvent event, const QuarantineService::Say& say,
                      Done<RedriveQuarantinedResponse> done) {
  const ::netzme::v1::Redrive redrive = event.redrive();
  event_log.Append(std::move(event), [&quarantine, redrive, say, done = std::move(done)](
                                         absl::StatusOr<events::Appended> appended) mutable {
    if (!appended.ok()) return std::move(done)(ChangeError(appended.status()));
    const int64_t id = redrive.quarantine_id();
    RedriveQuarantinedResponse response;
    response.set_sequence(appended->sequence);
    response.set_repeat(appended->repeat);
    say(absl::StrCat("quarantine: entry ", id, " redriven by ", redrive.caller(),
                     redrive.corrected() ? " with a corrected body" : "", ": event ",
                     appended->sequence));
    // Committed is processed, so this is the answer even if the entry stays as it was: an error
    // would claim that nothing was done.
    auto answer = [response, done = std::move(done)](const absl::Status&) mutable {
      std::move(done)(response);
    };
    if (!redrive.corrected()) return quarantine.Discard(id, std::move(answer));
    quarantine.MarkRedriven(
        id, {.time = absl::Now(), .caller = redrive.caller(), .sequence = appended->sequence},
        std::move(answer));
  });
}

}  // namespace

void QuarantineService::List(CallContext context, ListQuarantinedRequest request,
                             Done<ListQuarantinedResponse> done) {
  if (absl::Status may = CheckAdmin(context); !may.ok()) return std::move(done)(may);
  if (request.page_size() < 0 || request.page_size() > kMaxPageSize) {
    return std::move(done)(InvalidRequest({{"page_size", "must be 0 to 500"}}));
  }
  const auto kind = KindOf(request.kind());
  if (!kind.ok()) return std::move(done)(kind.status());
  int64_t after = 0;
  if (!request.page_token().empty() &&
      (!absl::SimpleAtoi(request.page_token(), &after) || after <= 0)) {
    return std::move(done)(PageTokenInvalid());
  }
  const int page_size = request.page_size() == 0 ? kDefaultPageSize : request.page_size();
  run_blocking_([&quarantine = quarantine_, page_size, after, kind = *kind,
                 done = std::move(done)]() mutable {
    std::move(done)(ReadPage(quarantine, page_size, after, kind));
  });
}

void QuarantineService::Get(CallContext context, GetQuarantinedRequest request,
                            Done<GetQuarantinedResponse> done) {
  if (absl::Status may = CheckAdmin(context); !may.ok()) return std::move(done)(may);
  if (auto wrong = ViewViolations(request.view()); !wrong.empty()) {
    return std::move(done)(InvalidRequest(std::move(wrong)));
  }
  if (absl::Status may = CheckMaySee(context, request.view()); !may.ok()) {
    return std::move(done)(may);
  }
  run_blocking_(
      [&quarantine = quarantine_, request = std::move(request), done = std::move(done)]() mutable {
        auto entry = quarantine.GetQuarantined(request.id());
        if (!entry.ok()) return std::move(done)(events::LogError(entry.status()));
        GetQuarantinedResponse response;
        *response.mutable_entry() = ToProto(*entry);
        response.set_masked_body(MaskedBody(entry->body));
        if (request.view() == ::netzme::v1::VIEW_FULL) response.set_body(std::move(entry->body));
        std::move(done)(std::move(response));
      });
}

void QuarantineService::Redrive(CallContext context, RedriveQuarantinedRequest request,
                                Done<RedriveQuarantinedResponse> done) {
  if (absl::Status may = CheckAdmin(context); !may.ok()) return std::move(done)(may);
  if (request.corrected_body().size() > kMaxCorrectedBytes) {
    return std::move(done)(InvalidRequest({{"corrected_body", "must be at most 1 MiB"}}));
  }
  run_blocking_([&event_log = event_log_, &quarantine = quarantine_, say = say_,
                 request = std::move(request), caller = std::move(context.caller),
                 done = std::move(done)]() mutable {
    const auto entry = quarantine.GetQuarantined(request.id());
    if (!entry.ok()) return std::move(done)(events::LogError(entry.status()));
    auto event = ReadAgain(*entry, request.corrected_body(), caller);
    if (!event.ok()) return std::move(done)(event.status());
    AppendThenSettle(event_log, quarantine, *std::move(event), *say, std::move(done));
  });
}

void QuarantineService::Discard(CallContext context, DiscardQuarantinedRequest request,
                                Done<DiscardQuarantinedResponse> done) {
  if (absl::Status may = CheckAdmin(context); !may.ok()) return std::move(done)(may);
  quarantine_.Discard(request.id(), [say = say_, id = request.id(), caller = context.caller,
                                     done = std::move(done)](absl::Status discarded) mutable {
    if (!discarded.ok()) return std::move(done)(ChangeError(discarded));
    (*say)(absl::StrCat("quarantine: entry ", id, " discarded by ", caller));
    std::move(done)(DiscardQuarantinedResponse());
  });
}

}  // namespace kyc::netzme
