#include "server/tracing/span_record.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kyc::tracing {
namespace {

constexpr int64_t kFirstHttpError = 400;

void Add(SpanRecord& to, const char* name, absl::string_view value) {
  if (!value.empty()) to.attributes.emplace_back(name, std::string(value));
}

}  // namespace

SpanRecord RecordOf(const EndedCall& call) {
  SpanRecord record = {.span = call.span,
                       .kind = SpanRecord::Kind::kServer,
                       .name = call.method,
                       .began = call.ended - call.took,
                       .ended = call.ended,
                       .failed = call.code != absl::StatusCode::kOk,
                       .attributes = {}};
  const size_t slash = call.method.find('/');
  Add(record, "rpc.system", "grpc");
  Add(record, "rpc.service", absl::string_view(call.method).substr(0, slash));
  if (slash != std::string::npos) {
    Add(record, "rpc.method", absl::string_view(call.method).substr(slash + 1));
  }
  record.attributes.emplace_back("rpc.grpc.status_code", static_cast<int64_t>(call.code));
  Add(record, "kyc.caller", call.caller);
  Add(record, "kyc.request_id", call.request_id);
  Add(record, "kyc.reason", call.reason);
  Add(record, "kyc.outcome", call.outcome);
  return record;
}

SpanRecord RecordOf(const EndedAttempt& attempt) {
  int64_t status = 0;
  const bool answered = absl::SimpleAtoi(attempt.result, &status);
  SpanRecord record = {.span = attempt.span,
                       .kind = SpanRecord::Kind::kClient,
                       .name = absl::StrCat("POST ", attempt.upstream),
                       .began = attempt.ended - attempt.took,
                       .ended = attempt.ended,
                       .failed = !answered || status >= kFirstHttpError,
                       .attributes = {}};
  Add(record, "http.request.method", "POST");
  if (answered) record.attributes.emplace_back("http.response.status_code", status);
  if (record.failed) Add(record, "error.type", attempt.result);
  Add(record, "kyc.upstream", attempt.upstream);
  Add(record, "kyc.account", attempt.account);
  Add(record, "kyc.request_id", attempt.request_id);
  return record;
}

}  // namespace kyc::tracing
