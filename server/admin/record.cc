#include "server/admin/record.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/call/log_time.h"
#include "server/json/body.h"

namespace kyc::admin {
namespace {

class Fields {
 public:
  Fields(const char* kind, absl::Time time) : record_{kind, time, {}} {}

  void Text(const char* name, absl::string_view value) {
    if (!value.empty()) record_.fields.push_back({name, value});
  }
  void OwnText(const char* name, std::string value) {
    record_.fields.push_back({name, std::move(value)});
  }
  void Number(const char* name, int64_t value) { record_.fields.push_back({name, value}); }
  void NumberIn(const char* name, absl::string_view text) {
    int64_t value = 0;
    absl::SimpleAtoi(text, &value) ? Number(name, value) : Text(name, text);
  }
  void Trace(const Span& span) {
    if (span.context.valid()) OwnText("trace_id", HexOf(span.context.trace_id));
  }
  void Microseconds(const char* name, absl::Duration value) {
    Number(name, absl::ToInt64Microseconds(value));
  }

  Record Take() && { return std::move(record_); }

 private:
  Record record_;
};

}  // namespace

Record RecordOf(const EndedCall& call) {
  Fields fields("call", call.ended);
  fields.Text("method", call.method);
  fields.Text("caller", call.caller);
  fields.OwnText("code", absl::StatusCodeToString(call.code));
  fields.Text("reason", call.reason);
  fields.Text("outcome", call.outcome);
  fields.Text("upstream", call.upstream);
  fields.NumberIn("upstream_status", call.upstream_status);
  fields.NumberIn("attempts", call.attempts);
  fields.Microseconds("took_us", call.took);
  fields.Number("request_bytes", call.request_bytes);
  fields.Text("request_id", call.request_id);
  fields.Trace(call.span);
  return std::move(fields).Take();
}

Record RecordOf(const EndedAttempt& attempt) {
  Fields fields("attempt", attempt.ended);
  fields.Text("upstream", attempt.upstream);
  fields.Text("account", attempt.account);
  fields.NumberIn("result", attempt.result);
  fields.Text("caller", attempt.caller);
  fields.Microseconds("waited_us", attempt.waited);
  fields.Microseconds("took_us", attempt.took);
  fields.Number("request_bytes", attempt.request_bytes);
  fields.Number("reply_bytes", attempt.reply_bytes);
  fields.Text("request_id", attempt.request_id);
  fields.Trace(attempt.span);
  return std::move(fields).Take();
}

Record RecordOf(const AnsweredNotification& notification) {
  Fields fields("notification", notification.answered);
  fields.Text("account", notification.account);
  fields.Text("code", notification.code);
  if (notification.sequence > 0) fields.Number("sequence", notification.sequence);
  if (notification.repeat) fields.Number("repeat", 1);
  fields.Microseconds("took_us", notification.took);
  fields.Number("bytes", notification.bytes);
  return std::move(fields).Take();
}

std::string RecordText(const Record& record) {
  std::string line = record.kind;
  for (const Record::Field& field : record.fields) {
    absl::visit([&](const auto& value) { absl::StrAppend(&line, " ", field.name, "=", value); },
                field.value);
  }
  return line;
}

std::string RecordJson(const Record& record) {
  json::ObjectWriter object;
  object.String("time", LogTime(record.time));
  object.String("kind", record.kind);
  for (const Record::Field& field : record.fields) {
    if (const auto* number = absl::get_if<int64_t>(&field.value)) {
      object.Integer(field.name, *number);
    } else if (const auto* view = absl::get_if<absl::string_view>(&field.value)) {
      object.String(field.name, *view);
    } else {
      object.String(field.name, absl::get<std::string>(field.value));
    }
  }
  return std::move(object).Finish().ToString();
}

}  // namespace kyc::admin
