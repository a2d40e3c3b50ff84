#include "server/tracing/otlp_json.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/json/body.h"

namespace kyc::tracing {
namespace {

constexpr int kError = 2;  // OTLP's STATUS_CODE_ERROR.

std::string Close(json::ObjectWriter object) { return std::move(object).Finish().ToString(); }

// `object` with one more field, whose value is JSON already: ObjectWriter knows no lists.
std::string With(std::string object, absl::string_view key, absl::string_view json) {
  object.pop_back();
  const char* comma = object.size() > 1 ? "," : "";
  absl::StrAppend(&object, comma, "\"", key, "\":", json, "}");
  return object;
}

std::string Attribute(const SpanRecord::Attribute& attribute) {
  json::ObjectWriter object;
  object.String("key", attribute.first).BeginObject("value");
  if (const auto* number = absl::get_if<int64_t>(&attribute.second)) {
    object.String("intValue", absl::StrCat(*number));  // As JSON has 64 bits in protobuf.
  } else {
    object.String("stringValue", absl::get<std::string>(attribute.second));
  }
  return Close(std::move(object.EndObject()));
}

std::string List(const std::vector<std::string>& items) {
  return absl::StrCat("[", absl::StrJoin(items, ","), "]");
}

std::string Attributes(const std::vector<SpanRecord::Attribute>& attributes) {
  std::vector<std::string> all;
  for (const SpanRecord::Attribute& attribute : attributes) all.push_back(Attribute(attribute));
  return List(all);
}

std::string OfSpan(const SpanRecord& record) {
  json::ObjectWriter object;
  object.String("traceId", HexOf(record.span.context.trace_id));
  object.String("spanId", HexOf(record.span.context.span_id));
  const std::string parent = HexOf(record.span.parent);
  if (!parent.empty()) object.String("parentSpanId", parent);
  object.String("name", record.name).Integer("kind", static_cast<int64_t>(record.kind));
  object.String("startTimeUnixNano", absl::StrCat(absl::ToUnixNanos(record.began)));
  object.String("endTimeUnixNano", absl::StrCat(absl::ToUnixNanos(record.ended)));
  object.BeginObject("status");
  if (record.failed) object.Integer("code", kError);
  return With(Close(std::move(object.EndObject())), "attributes", Attributes(record.attributes));
}

}  // namespace

std::string OtlpJson(const std::vector<SpanRecord>& spans, absl::string_view service_version) {
  std::vector<std::string> all;
  for (const SpanRecord& span : spans) all.push_back(OfSpan(span));
  const std::string scope = With(
      Close(std::move(
          json::ObjectWriter().BeginObject("scope").String("name", "kyc-gateway").EndObject())),
      "spans", List(all));
  const std::string resource =
      With("{}", "attributes",
           Attributes({{"service.name", "kyc-gateway"},
                       {"service.version", std::string(service_version)}}));
  const std::string of_resource =
      With(With("{}", "resource", resource), "scopeSpans", List({scope}));
  return With("{}", "resourceSpans", List({of_resource}));
}

}  // namespace kyc::tracing
