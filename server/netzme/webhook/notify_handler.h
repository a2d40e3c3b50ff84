// The webhook: a notification's POST, answered once the log has it on disk.
#ifndef SERVER_NETZME_WEBHOOK_NOTIFY_HANDLER_H_
#define SERVER_NETZME_WEBHOOK_NOTIFY_HANDLER_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/call/answered_notification.h"
#include "server/call/metrics.h"
#include "server/call/secret.h"
#include "server/events/event_log.h"
#include "server/events/quarantine.h"
#include "server/http/handler.h"
#include "server/netzme/webhook/entrance.h"

namespace kyc::netzme {

inline constexpr char kNotifyPath[] = "/v1.0/snap/account/upgrade/notify";

// Who may notify. Several tokens, so that one can be replaced while the other is still in use.
struct NotifyAccount {
  std::string name;
  std::vector<Secret> callback_tokens;
};

struct NotifyOptions {
  EntranceLimits limits;
  // Asked for each request, on the listener's thread, so that tokens can change while running.
  std::function<std::shared_ptr<const std::vector<NotifyAccount>>()> accounts;
  // Set once a drain has begun; every later request is answered 503.
  std::shared_ptr<const std::atomic<bool>> draining;
  // One line about a notification that is not answered 200: the answer, the account's name and what
  // became of the body, nothing of the request. The same line again within a minute is only counted
  // (call/repeated_lines.h). Thread-safe; may be null.
  std::function<void(absl::string_view line)> log;
  // Told of each notification that has its answer, whatever that is.
  OnNotification on_answered;
};

// The order of checks is: where it comes from and how fast, draining, request target and Host,
// path, method, token, the account's rate (all by check_head, before the body), size (by the
// listener), Content-Type, JSON, fields. Only with a right token is anything of the body read.
//
// A request with a right token leaves a trace, whatever becomes of it: its body is in the log and
// it is answered 200, or its body is in quarantine and it is answered 400, 401 (two tokens), 404 or
// 405, or, where there is no whole body or no room, it is answered so that its sender repeats it or
// knows that it must not, and a line tells of it with its account: 503 while the quarantine is full
// or in a drain, 429 above the account's rate, and all that is refused by the listener or not
// answered because its sender went away.
//
// Who is refused for where it comes from (403), for its source's rate (429) or for its token (401)
// is in no quarantine: a count and a line, the same one once a minute, tell of it.
//
// Whose token it is, is judged once, by check_head: a token that is withdrawn while the body
// arrives still counts for that request.
//
// A log that does not answer in the listener's time has the sender answered 500. It may commit the
// event later: the repeat that follows is then judged as one, so nothing is lost or doubled.
//
// What is referred to outlives the last reply.
http::Handler NotifyHandler(NotifyOptions options, events::EventLog& event_log,
                            events::Quarantine& quarantine, Metrics& metrics);

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_WEBHOOK_NOTIFY_HANDLER_H_
