// What becomes of a call's reply, whichever endpoint it is of.
#ifndef SERVER_UPSTREAM_READ_REPLY_H_
#define SERVER_UPSTREAM_READ_REPLY_H_

#include <string>
#include <utility>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/call/kept_replies.h"
#include "server/call/metrics.h"
#include "server/json/value.h"
#include "server/upstream/http.h"

namespace kyc::upstream {

// Which call the reply answers, and who is told of it. The views outlive the reading.
struct ReplyOf {
  absl::string_view upstream;
  absl::string_view account;
  absl::string_view endpoint;
  absl::string_view request_id;
  size_t max_bytes = 1 << 20;  // Of its body, also once that is unpacked.
  Metrics* metrics = nullptr;
  KeptReplies* kept = nullptr;  // Null: unreadable replies are not kept.
};

// Unpacks a body that came packed. Where its Content-Encoding is not true, but the body is JSON all
// the same, that is the deviation "content_encoding". The error of a success that nobody can
// unpack; of other replies the HTTP status decides whatever the body is.
absl::Status Unpack(HttpResponse& response, const ReplyOf& of, json::Deviations& deviations);

// Keeps the reply if its error is UPSTREAM_MALFORMED.
void KeepIfMalformed(const absl::Status& error, HttpResponse response, const ReplyOf& of);

// The error of a call without a reply; keeps what came of one.
absl::Status ReadFailure(HttpFailure failure, const ReplyOf& of);

// The answer that `from_http`, a function (const HttpResponse&, json::Deviations&) ->
// absl::StatusOr<Response>, reads, or the error of a failure. Counts deviations, keeps what is
// malformed.
template <typename Response, typename FromHttp>
absl::StatusOr<Response> ReadReply(HttpResult result, const ReplyOf& of,
                                   const FromHttp& from_http) {
  if (auto* failure = std::get_if<HttpFailure>(&result)) {
    return ReadFailure(std::move(*failure), of);
  }
  auto& response = std::get<HttpResponse>(result);
  json::Deviations deviations;
  const absl::Status unpacked = Unpack(response, of, deviations);
  absl::StatusOr<Response> answer = unpacked.ok() ? from_http(response, deviations) : unpacked;
  for (const std::string& deviation : deviations) of.metrics->Deviation(of.upstream, deviation);
  if (!answer.ok()) KeepIfMalformed(answer.status(), std::move(response), of);
  return answer;
}

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_READ_REPLY_H_
