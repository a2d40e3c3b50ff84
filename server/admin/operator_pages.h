// What operators may ask over HTTP: the console, /metrics, /calls, /config,
// /log-level, and probes.
#ifndef SERVER_ADMIN_OPERATOR_PAGES_H_
#define SERVER_ADMIN_OPERATOR_PAGES_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/admin/readiness.h"
#include "server/http/server.h"

namespace kyc::admin {

// What the pages tell. All are thread-safe, and must not block.
struct OperatorTexts {
  std::function<std::string()> metrics;  // In Prometheus' text format.
  std::function<std::string()> calls;    // The newest calls, as JSON.
  std::function<std::string()> others;   // As LiveTexts has it.
  std::function<std::string()> config;   // What is in use, without secrets.
  std::function<std::string()> log_levels;
  // The error says what there is.
  std::function<absl::Status(absl::string_view room, absl::string_view level)> set_log_level;
  std::function<std::vector<ReadyCheck>()> ready;
};

// The reply to whoever may not ask; runs on the listener's thread.
using Refusal = std::function<absl::optional<http::HttpReply>(const http::HttpCall& head)>;

// GET / is the console, which is told by /live; /metrics, /calls and /config are those texts, the
// metrics as OpenMetrics and as gzip for whoever takes that; /livez and /healthz are 200 while the
// process answers; /readyz is 200, or 503 while one of `ready` fails, and names that one, with
// ?verbose all of them; /log-level tells every room's, and POST or PUT with level= and room= (none:
// all) in the query or the body changes it, but not from a page in a browser. Everything else is
// 404 or 405. Probes are for everybody, as who probes has no token; whom `refusal` has a reply for
// gets that for all else.
http::Handler OperatorPages(OperatorTexts texts, Refusal refusal);

}  // namespace kyc::admin

#endif  // SERVER_ADMIN_OPERATOR_PAGES_H_
