// One line in the log for each call that ended.
#ifndef SERVER_ADMIN_CALL_LOG_H_
#define SERVER_ADMIN_CALL_LOG_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "server/call/ended_call.h"
#include "server/call/steady_now.h"

namespace kyc::admin {

// `call method=... caller=... code=OK took_ms=1.234 request_bytes=42 ... request_id=...`; what
// there is nothing to say of is left out. Pure.
std::string CallText(const EndedCall& call);
// The same fields as one JSON object, with the time and `"kind":"call"`. Pure.
std::string CallJson(const EndedCall& call);

// At most so many lines in a second; how many were left out is said once it is over, when the next
// call ends. Thread rule: one thread, the loop's. Owned by the gateway.
class CallLog {
 public:
  using Line = std::function<void(const EndedCall& call)>;

  // `write` and `left_out` must not block.
  CallLog(int64_t lines_per_second, Line write, std::function<void(int64_t calls)> left_out,
          std::function<absl::Time()> steady_clock = SteadyNow)
      : lines_per_second_(lines_per_second),
        write_(std::move(write)),
        left_out_(std::move(left_out)),
        clock_(std::move(steady_clock)) {}

  void Note(const EndedCall& call);

 private:
  const int64_t lines_per_second_;
  const Line write_;
  const std::function<void(int64_t)> left_out_;
  const std::function<absl::Time()> clock_;
  absl::Time second_ = absl::InfinitePast();  // When the running one began.
  int64_t written_ = 0;                       // In it.
  int64_t not_written_ = 0;
};

}  // namespace kyc::admin

#endif  // SERVER_ADMIN_CALL_LOG_H_
