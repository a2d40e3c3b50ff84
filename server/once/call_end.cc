#include "server/once/call_end.h"

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/call/status_bytes.h"

namespace kyc::once {
namespace {

using events::KeyEnd;

// What follows in an answer.
constexpr char kResponse = 1;
constexpr char kError = 2;

bool IsRepeatedFreely(absl::StatusCode code) {
  return code == absl::StatusCode::kUnavailable || code == absl::StatusCode::kResourceExhausted ||
         code == absl::StatusCode::kAborted;
}

std::string Answer(char kind, absl::string_view bytes) {
  return absl::StrCat(absl::string_view(&kind, 1), bytes);
}

}  // namespace

KeyEnd EndOf(const absl::StatusOr<std::string>& result) {
  if (result.ok()) return {KeyEnd::Kind::kAnswered, Answer(kResponse, *result)};
  const absl::Status& error = result.status();
  const std::string outcome = MetadataOf(error, "outcome");
  if (outcome == OutcomeText(Outcome::kNotSent)) return {KeyEnd::Kind::kFree, ""};
  const bool refused = outcome == OutcomeText(Outcome::kRefused);
  if (refused && IsRepeatedFreely(error.code())) return {KeyEnd::Kind::kFree, ""};
  if (refused || outcome == OutcomeText(Outcome::kAnswered)) {
    return {KeyEnd::Kind::kAnswered, Answer(kError, StatusBytes(error))};
  }
  return {KeyEnd::Kind::kLost, ""};
}

absl::StatusOr<std::string> ResultOf(absl::string_view answer) {
  const char kind = answer.empty() ? 0 : answer.front();
  if (kind == kResponse) return std::string(answer.substr(1));
  if (kind == kError) return StatusFromBytes(answer.substr(1));
  return absl::DataLossError("no answer of a call");
}

}  // namespace kyc::once
