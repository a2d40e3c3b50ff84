#include "server/admin/call_log.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/json/body.h"

namespace kyc::admin {
namespace {

// Gives each field that has something to say, in the order of the line, to `text` or `number`.
template <typename Text, typename Number>
void EachField(const EndedCall& call, Text text, Number number) {
  const auto text_if = [&](const char* name, absl::string_view value) {
    if (!value.empty()) text(name, value);
  };
  const auto number_if = [&](const char* name, absl::string_view value) {
    int64_t parsed = 0;
    absl::SimpleAtoi(value, &parsed) ? number(name, parsed) : text_if(name, value);
  };
  text_if("method", call.method);
  text_if("caller", call.caller);
  text("code", absl::StatusCodeToString(call.code));
  text_if("reason", call.reason);
  text_if("outcome", call.outcome);
  text_if("upstream", call.upstream);
  number_if("upstream_status", call.upstream_status);
  number_if("attempts", call.attempts);
  number("took_us", absl::ToInt64Microseconds(call.took));
  number("request_bytes", call.request_bytes);
  text_if("request_id", call.request_id);
}

}  // namespace

std::string CallText(const EndedCall& call) {
  std::string line = "call";
  const auto append = [&line](const char* name, const auto& value) {
    absl::StrAppend(&line, " ", name, "=", value);
  };
  EachField(call, append, append);
  return line;
}

std::string CallJson(const EndedCall& call) {
  json::ObjectWriter object;
  object.String("time", absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", call.ended, absl::UTCTimeZone()));
  object.String("kind", "call");
  EachField(
      call, [&](const char* name, absl::string_view value) { object.String(name, value); },
      [&](const char* name, int64_t value) { object.Integer(name, value); });
  return std::move(object).Finish().ToString();
}

void CallLog::Note(const EndedCall& call) {
  const absl::Time now = clock_();
  if (now - second_ >= absl::Seconds(1)) {
    second_ = now;
    written_ = 0;
    if (not_written_ > 0) left_out_(std::exchange(not_written_, 0));
  }
  if (written_ == lines_per_second_) {
    ++not_written_;
    return;
  }
  ++written_;
  write_(call);
}

}  // namespace kyc::admin
