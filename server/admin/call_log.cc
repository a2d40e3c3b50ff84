#include "server/admin/call_log.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/json/body.h"

namespace kyc::admin {
namespace {

// Calls `add` with each field that has something to say, in the order of the line.
template <typename Add>
void EachField(const EndedCall& call, Add add) {
  const auto add_if = [&add](const char* name, absl::string_view text) {
    if (!text.empty()) add(name, text);
  };
  add_if("method", call.method);
  add_if("caller", call.caller);
  add("code", absl::StatusCodeToString(call.code));
  add_if("reason", call.reason);
  add_if("outcome", call.outcome);
  add_if("upstream", call.upstream);
  add_if("upstream_status", call.upstream_status);
  add_if("attempts", call.attempts);
  add("took_us", absl::StrCat(absl::ToInt64Microseconds(call.took)));
  add("request_bytes", absl::StrCat(call.request_bytes));
  add_if("request_id", call.request_id);
}

}  // namespace

std::string CallText(const EndedCall& call) {
  std::string line = "call";
  EachField(call, [&line](const char* name, absl::string_view text) {
    absl::StrAppend(&line, " ", name, "=", text);
  });
  return line;
}

std::string CallJson(const EndedCall& call) {
  json::ObjectWriter object;
  object.String("time", absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", call.ended, absl::UTCTimeZone()));
  object.String("kind", "call");
  EachField(call, [&object](const char* name, absl::string_view text) {
    int64_t number = 0;
    if (absl::string_view(name) != "request_id" && absl::SimpleAtoi(text, &number)) {
      object.Integer(name, number);
    } else {
      object.String(name, text);
    }
  });
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
