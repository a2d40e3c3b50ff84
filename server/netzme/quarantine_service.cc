#include "server/netzme/quarantine_service.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/json/value.h"
#include "server/netzme/log_error.h"
#include "server/netzme/masked_body.h"
#include "server/netzme/notification.h"

namespace kyc::netzme {
namespace {

using admin::v1::DiscardQuarantinedRequest;
using admin::v1::DiscardQuarantinedResponse;
using admin::v1::GetQuarantinedRequest;
using admin::v1::GetQuarantinedResponse;
using admin::v1::ListQuarantinedRequest;
using admin::v1::ListQuarantinedResponse;
using admin::v1::QuarantinedNotification;
using admin::v1::RedriveQuarantinedRequest;
using admin::v1::RedriveQuarantinedResponse;

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

QuarantinedNotification ToProto(const events::QuarantinedBody& entry) {
  QuarantinedNotification to;
  to.set_id(entry.id);
  const int64_t nanos = absl::ToUnixNanos(entry.received_time);
  to.mutable_received_time()->set_seconds(nanos / 1'000'000'000);
  to.mutable_received_time()->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
  to.set_answer(entry.answer);
  to.set_size_bytes(entry.size_bytes);
  to.set_times_received(entry.times_received);
  to.set_account(entry.account);
  return to;
}

absl::StatusOr<ListQuarantinedResponse> ReadPage(const events::Quarantine& quarantine,
                                                 int page_size, int64_t after) {
  // One more tells whether there is a next page.
  const auto entries = quarantine.ListQuarantined(after, page_size + 1);
  if (!entries.ok()) return LogError(entries.status());
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

// Appends, then discards entry `id` if it can.
void AppendAndDiscard(events::EventLog& event_log, events::Quarantine& quarantine, int64_t id,
                      ::netzme::v1::UpgradeEvent event, Done<RedriveQuarantinedResponse> done) {
  event_log.Append(std::move(event), [&quarantine, id, done = std::move(done)](
                                         absl::StatusOr<events::Appended> appended) mutable {
    if (!appended.ok()) return std::move(done)(LogError(appended.status()));
    RedriveQuarantinedResponse response;
    response.set_sequence(appended->sequence);
    response.set_repeat(appended->repeat);
    // Committed is processed, so this is the answer even if the entry stays: an error would claim
    // that nothing was done.
    quarantine.Discard(id, [response, done = std::move(done)](const absl::Status&) mutable {
      std::move(done)(response);
    });
  });
}

}  // namespace

void QuarantineService::List(CallContext context, ListQuarantinedRequest request,
                             Done<ListQuarantinedResponse> done) {
  if (absl::Status may = CheckAdmin(context); !may.ok()) return std::move(done)(may);
  if (request.page_size() < 0 || request.page_size() > kMaxPageSize) {
    return std::move(done)(InvalidRequest({{"page_size", "must be 0 to 500"}}));
  }
  int64_t after = 0;
  if (!request.page_token().empty() &&
      (!absl::SimpleAtoi(request.page_token(), &after) || after <= 0)) {
    return std::move(done)(PageTokenInvalid());
  }
  const int page_size = request.page_size() == 0 ? kDefaultPageSize : request.page_size();
  run_blocking_([&quarantine = quarantine_, page_size, after, done = std::move(done)]() mutable {
    std::move(done)(ReadPage(quarantine, page_size, after));
  });
}

void QuarantineService::Get(CallContext context, GetQuarantinedRequest request,
                            Done<GetQuarantinedResponse> done) {
  if (absl::Status may = CheckAdmin(context); !may.ok()) return std::move(done)(may);
  run_blocking_([&quarantine = quarantine_, id = request.id(), done = std::move(done)]() mutable {
    const auto entry = quarantine.GetQuarantined(id);
    if (!entry.ok()) return std::move(done)(LogError(entry.status()));
    GetQuarantinedResponse response;
    *response.mutable_entry() = ToProto(*entry);
    response.set_masked_body(MaskedBody(entry->body));
    std::move(done)(std::move(response));
  });
}

void QuarantineService::Redrive(CallContext context, RedriveQuarantinedRequest request,
                                Done<RedriveQuarantinedResponse> done) {
  if (absl::Status may = CheckAdmin(context); !may.ok()) return std::move(done)(may);
  run_blocking_([&event_log = event_log_, &quarantine = quarantine_, id = request.id(),
                 done = std::move(done)]() mutable {
    const auto entry = quarantine.GetQuarantined(id);
    if (!entry.ok()) return std::move(done)(LogError(entry.status()));
    json::Deviations ignored;  // They were counted when the body arrived.
    auto read = ReadNotification(entry->body, ignored);
    if (const auto* refusal = std::get_if<Refusal>(&read)) {
      return std::move(done)(StillUnreadable(*refusal));
    }
    auto& event = std::get<::netzme::v1::UpgradeEvent>(read);
    event.set_account(entry->account);
    AppendAndDiscard(event_log, quarantine, id, std::move(event), std::move(done));
  });
}

void QuarantineService::Discard(CallContext context, DiscardQuarantinedRequest request,
                                Done<DiscardQuarantinedResponse> done) {
  if (absl::Status may = CheckAdmin(context); !may.ok()) return std::move(done)(may);
  quarantine_.Discard(request.id(), [done = std::move(done)](absl::Status discarded) mutable {
    if (!discarded.ok()) return std::move(done)(LogError(discarded));
    std::move(done)(DiscardQuarantinedResponse());
  });
}

}  // namespace kyc::netzme
