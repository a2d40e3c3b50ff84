// One span that has ended, as the collector is told it.
#ifndef SERVER_TRACING_SPAN_RECORD_H_
#define SERVER_TRACING_SPAN_RECORD_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/variant.h"
#include "server/call/ended_attempt.h"
#include "server/call/ended_call.h"
#include "server/call/span.h"

namespace kyc::tracing {

// A value; nothing in it is anybody's personal data, as nothing of what it is made of is.
struct SpanRecord {
  enum class Kind { kServer = 2, kClient = 3 };  // OTLP's numbers.
  using Attribute = std::pair<const char*, absl::variant<std::string, int64_t>>;

  Span span;
  Kind kind = Kind::kServer;
  std::string name;
  absl::Time began;
  absl::Time ended;
  bool failed = false;
  std::vector<Attribute> attributes;  // Named as OpenTelemetry does, else "kyc.…".
};

// Kind server, named by its method: rpc.system, rpc.service, rpc.method, rpc.grpc.status_code,
// kyc.caller, kyc.request_id, and of an error kyc.reason and kyc.outcome.
SpanRecord RecordOf(const EndedCall& call);
// Kind client, named "POST <upstream>": http.request.method, http.response.status_code or
// error.type, kyc.upstream, kyc.account, kyc.request_id.
SpanRecord RecordOf(const EndedAttempt& attempt);

}  // namespace kyc::tracing

#endif  // SERVER_TRACING_SPAN_RECORD_H_
