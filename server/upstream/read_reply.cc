#include "server/upstream/read_reply.h"

#include "server/call/error.h"
#include "server/upstream/content_coding.h"
#include "server/upstream/errors.h"

namespace kyc::upstream {
namespace {

// Whatever is wrong in it is for its endpoint to say.
bool IsJsonObject(absl::string_view body) {
  json::ParseOptions options;
  options.lenient = true;
  json::Deviations ignored;
  const absl::StatusOr<json::Value> value = json::Parse(body, options, ignored);
  return value.ok() && value->kind == json::Value::Kind::kObject;
}

}  // namespace

absl::Status Unpack(HttpResponse& response, const ReplyOf& of, json::Deviations& deviations) {
  const absl::Status removed = RemoveCoding(response, of.max_bytes);
  if (removed.ok()) return absl::OkStatus();
  if (IsJsonObject(response.body)) {
    deviations.push_back("content_encoding");
    return absl::OkStatus();
  }
  if (response.status < 200 || response.status > 299) return absl::OkStatus();
  return ToStatus(MalformedReply(of.upstream, response, removed.message()));
}

void KeepIfMalformed(const absl::Status& error, HttpResponse response, const ReplyOf& of) {
  if (of.kept == nullptr || ReasonOf(error) != "UPSTREAM_MALFORMED") return;
  KeptReply reply;
  reply.upstream = std::string(of.upstream);
  reply.account = std::string(of.account);
  reply.endpoint = std::string(of.endpoint);
  reply.request_id = std::string(of.request_id);
  reply.http_status = response.status;
  reply.why = std::string(error.message());
  reply.body = std::move(response.body);
  of.kept->Keep(std::move(reply));
}

absl::Status ReadFailure(HttpFailure failure, const ReplyOf& of) {
  absl::Status error = FailureStatus(of.upstream, failure);
  if (failure.came != nullptr) KeepIfMalformed(error, std::move(*failure.came), of);
  return error;
}

}  // namespace kyc::upstream
