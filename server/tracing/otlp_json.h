// OTLP 1.x, the request of a collector's /v1/traces, in JSON.
#ifndef SERVER_TRACING_OTLP_JSON_H_
#define SERVER_TRACING_OTLP_JSON_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/tracing/span_record.h"

namespace kyc::tracing {

// An ExportTraceServiceRequest. Ids are hexadecimal, not base64 as protobuf's JSON has bytes: so
// OTLP has it. Pure.
std::string OtlpJson(const std::vector<SpanRecord>& spans, absl::string_view service_version);

}  // namespace kyc::tracing

#endif  // SERVER_TRACING_OTLP_JSON_H_
