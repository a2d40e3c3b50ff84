#include "server/netzme/webhook/snap_answer.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/json/body.h"

namespace kyc::netzme {
http::HttpReply ToReply(const SnapAnswer& answer) {
  http::HttpReply reply;
  if (!absl::SimpleAtoi(absl::string_view(answer.code).substr(0, 3), &reply.status)) {
    reply.status = 500;
  }
  if (reply.status == 405) reply.headers.emplace_back("Allow", "POST");
  if (reply.status == 429 || reply.status == 503) {
    reply.headers.emplace_back("Retry-After", absl::StrCat(answer.retry_after_seconds));
  }
  json::ObjectWriter body;
  body.String("responseCode", answer.code).String("responseMessage", answer.message);
  if (!answer.reference.empty()) body.String("originalReferenceNo", answer.reference);
  reply.body = std::move(body).Finish().ToString();
  return reply;
}

SnapAnswer AnswerOfStatus(int http_status) {
  switch (http_status) {
    case 200:
      return {};
    case 400:
      return {"4000000", "Bad Request"};
    case 401:
      return {"4010000", "Unauthorized"};
    case 403:
      return {"4030000", "Forbidden"};
    case 404:
      return {"4040002", "Invalid Routing"};
    case 405:
      return {"4050000", "Requested Function Is Not Supported"};
    case 408:
      return {"4080000", "Request Timeout"};
    case 413:
      return {"4130000", "Request Entity Too Large"};
    case 429:
      return {"4290000", "Too Many Requests"};
    case 431:
      return {"4310000", "Request Header Fields Too Large"};
    case 500:
      return {"5000000", "General Error"};
    case 501:
      return {"5010000", "Not Implemented"};
    case 503:
      return {"5030000", "Service Unavailable"};
    default:
      return {absl::StrCat(http_status, "0000"), "General Error"};
  }
}

}  // namespace kyc::netzme
