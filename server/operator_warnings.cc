#include "server/operator_warnings.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/call/steady_now.h"

namespace kyc {
namespace {

constexpr int64_t kBurst = 5;
constexpr size_t kStatusDigits = 3;

}  // namespace

OnEnded OperatorWarnings::Listeners() {
  return {[this](const EndedCall& call) { Note(call); },
          [this](const EndedAttempt& attempt) { Note(attempt); },
          [this](const AnsweredNotification& notification) { Note(notification); }};
}

void OperatorWarnings::Look() { warnings_.Look(SteadyNow()); }

void OperatorWarnings::IsSo(absl::string_view what, bool is_so) {
  warnings_.IsSo(what, is_so, SteadyNow());
}

void OperatorWarnings::Note(const EndedCall& call) {
  if (call.reason != "UPSTREAM_MALFORMED") return;
  warnings_.Happened(absl::StrCat("replies cannot be read upstream=", call.upstream,
                                  "; look at them by ListQuarantined, where there is an event log"),
                     SteadyNow());
}

void OperatorWarnings::Note(const EndedAttempt& attempt) {
  const std::string& status = attempt.result;
  if (status == "401" || status == "403") {
    warnings_.Happened(
        absl::StrCat("the upstream refuses our credentials upstream=", attempt.upstream,
                     " account=", attempt.account, " status=", status),
        SteadyNow());
  } else if (status.size() == kStatusDigits && absl::StartsWith(status, "5")) {
    warnings_.Happened(absl::StrCat("the upstream fails upstream=", attempt.upstream,
                                    " account=", attempt.account, " status=5xx"),
                       SteadyNow(), kBurst);
  }
}

void OperatorWarnings::Note(const AnsweredNotification& notification) {
  if (absl::StartsWith(notification.code, "401")) {
    warnings_.Happened("notifications come with a token that is nobody's, and are answered 401",
                       SteadyNow());
  } else if (absl::StartsWith(notification.code, "413")) {
    warnings_.Happened("notifications are larger than webhook.max_body_bytes account=" +
                           std::string(notification.account) + ", and are answered 413",
                       SteadyNow());
  }
}

}  // namespace kyc
