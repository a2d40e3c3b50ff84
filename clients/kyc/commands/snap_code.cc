#include "clients/kyc/commands/snap_code.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace kyc::cli {
namespace {

// A case of -1 is every other one of that status.
struct Row {
  int http;
  int number;
  const char* means;
  const char* callers_get;
};

constexpr Row kRows[] = {
    {200, 0, "done", "OK OUTCOME_WIDGET_ISSUED"},
    {202, 0, "KYC still on process", "OK OUTCOME_KYC_IN_PROCESS"},
    {200, 1, "KYC rejected", "OK OUTCOME_KYC_REJECTED"},
    {200, 2, "KYC approved", "OK OUTCOME_KYC_APPROVED"},
    {400, 1, "a field has a wrong format", "INVALID_ARGUMENT INVALID_FIELD_FORMAT refused"},
    {400, 2, "a field is missing", "INVALID_ARGUMENT MISSING_FIELD refused"},
    {400, -1, "the request is wrong", "INVALID_ARGUMENT UPSTREAM_BAD_REQUEST refused"},
    {401, -1, "the credentials are not accepted",
     "FAILED_PRECONDITION UPSTREAM_CREDENTIALS_REJECTED refused"},
    {403, -1, "not allowed", "FAILED_PRECONDITION UPSTREAM_FORBIDDEN refused"},
    {404, -1, "there is no such thing", "FAILED_PRECONDITION UPSTREAM_REJECTED refused"},
    {408, -1, "the request took too long", "UNKNOWN UPSTREAM_UNAVAILABLE unknown"},
    {409, 1, "the reference was used before", "ALREADY_EXISTS DUPLICATE_REFERENCE refused"},
    {409, -1, "the external id was used before", "ABORTED EXTERNAL_ID_CONFLICT refused"},
    {422, -1, "the request is wrong", "INVALID_ARGUMENT UPSTREAM_BAD_REQUEST refused"},
    {429, -1, "too many requests", "RESOURCE_EXHAUSTED UPSTREAM_RATE_LIMITED refused"},
    {500, -1, "an internal error", "INTERNAL UPSTREAM_INTERNAL_ERROR unknown"},
    {502, -1, "a server behind it is not reached", "UNKNOWN UPSTREAM_BAD_GATEWAY unknown"},
    {504, -1, "a server behind it gave no answer in time",
     "DEADLINE_EXCEEDED UPSTREAM_GATEWAY_TIMEOUT unknown"},
};

const Row* Find(int http, int number) {
  for (const Row& row : kRows) {
    if (row.http == http && (row.number == number || row.number < 0)) return &row;
  }
  return nullptr;
}

std::string WebhookWords(int http, int number) {
  switch (http) {
    case 200:
      return number == 0 ? "the notification is on disk" : "-";
    case 400:
      return "it could not be read, and is in the quarantine: kyc quarantine list";
    case 401:
      return "the callback token is not the configured one";
    case 404:
      return "the path is not the webhook's";
    case 429:
      return "too many connections or notifications at once: it comes again";
    case 500:
    case 503:
      return "it could not be stored, or a drain: it comes again";
    default:
      return "-";
  }
}

}  // namespace

absl::optional<SnapCode> ReadSnapCode(absl::string_view text) {
  SnapCode code;
  if (text.size() != 7) return absl::nullopt;
  for (const char c : text) {
    if (!absl::ascii_isdigit(c)) return absl::nullopt;
  }
  if (!absl::SimpleAtoi(text.substr(0, 3), &code.http)) return absl::nullopt;
  code.service = std::string(text.substr(3, 2));
  code.number = std::string(text.substr(5, 2));
  return code;
}

SnapMeaning MeaningOf(const SnapCode& code) {
  int number = 0;
  (void)absl::SimpleAtoi(code.number, &number);  // Two digits.
  const std::string webhook = WebhookWords(code.http, number);
  if (const Row* row = Find(code.http, number)) return {row->means, row->callers_get, webhook};
  if (code.http >= 400 && code.http <= 499) {
    return {"refused", "FAILED_PRECONDITION UPSTREAM_REJECTED refused", webhook};
  }
  if (code.http >= 500 && code.http <= 599) {
    return {"could not be handled", "UNKNOWN UPSTREAM_UNAVAILABLE unknown", webhook};
  }
  return {"no document has it", "INTERNAL UPSTREAM_MALFORMED answered", webhook};
}

}  // namespace kyc::cli
