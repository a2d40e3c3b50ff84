// What is told of one thing that ended, as fields with names: a line in the log, or a row of the
// console. Pure.
#ifndef SERVER_ADMIN_RECORD_H_
#define SERVER_ADMIN_RECORD_H_

#include <cstdint>
#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/variant.h"
#include "server/call/answered_notification.h"
#include "server/call/ended_attempt.h"
#include "server/call/ended_call.h"

namespace kyc::admin {

// A view: what it was made of outlives it.
struct Record {
  struct Field {
    const char* name;
    absl::variant<absl::string_view, int64_t, std::string> value;
  };
  const char* kind;
  absl::Time time;
  absl::InlinedVector<Field, 12> fields;  // Those that have something to say, in the line's order.
};

// kind "call": method, caller, code, of an error its reason, outcome, upstream, upstream_status and
// attempts; took_us, request_bytes, request_id, of a call in a trace trace_id.
Record RecordOf(const EndedCall& call);
// kind "attempt": upstream, account, result, caller, waited_us, took_us, request_bytes,
// reply_bytes, request_id, trace_id.
Record RecordOf(const EndedAttempt& attempt);
// kind "notification": account, code, sequence, repeat (1, or absent), took_us, bytes.
Record RecordOf(const AnsweredNotification& notification);

// `call method=... code=OK took_us=1234 ...`
std::string RecordText(const Record& record);
// {"time":"2026-11-28T06:06:40.123456Z","kind":"call","method":"...",...}
std::string RecordJson(const Record& record);

}  // namespace kyc::admin

#endif  // SERVER_ADMIN_RECORD_H_
