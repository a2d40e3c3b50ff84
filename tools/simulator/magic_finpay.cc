#include <string>

#include "tools/simulator/documents.h"
#include "tools/simulator/magic_rows.h"

namespace kyc::simulator {
namespace {

MagicRow Row(std::string value, std::string what, Answer answer,
             std::vector<NotifyStep> notify = {}) {
  return {MagicField::kPhoneNo, std::move(value), std::move(what), std::move(answer),
          std::move(notify)};
}

MagicRow Code(std::string value, int status, std::string_view code, std::string_view message) {
  return Row(std::move(value), std::string(code) + " " + std::string(message),
             {.status = status, .body = FinpayReply(code, message)});
}

MagicRow Ok(std::string value, std::string what, std::string body) {
  return Row(std::move(value), std::move(what), {.body = std::move(body)});
}

// The widget is issued all the same, so its notification follows, as it would in life.
MagicRow Faulty(std::string value, std::string what, Fault fault) {
  return Row(std::move(value), std::move(what), {.body = "{sample}", .fault = fault}, {{}});
}

MagicRow Slow(std::string value, int ms) {
  return Row(std::move(value), "the sample after " + std::to_string(ms) + " ms",
             {.body = "{sample}", .delay = std::chrono::milliseconds(ms)}, {{}});
}

MagicRow Issued(std::string value, std::string what, std::vector<NotifyStep> notify) {
  return Row(std::move(value), "widget issued; " + std::move(what), {.body = "{sample}"},
             std::move(notify));
}

std::string Widget(const std::string& url, const std::string& expiry) {
  return R"({"responseCode":"2000000","responseMessage":"Successful","widgetUrl":")" + url +
         R"(","expiryTime":")" + expiry + "\"}";
}

constexpr char kUrl[] = "https://demos.finnet.co.id/w";
constexpr char kHtml[] = "text/html";

}  // namespace

std::vector<MagicRow> FinpayRows() {
  return {
      // Documented.
      Code("0202", 202, "2020000", "KYC Still on process"),
      Code("0001", 200, "2000001", "KYC Rejected"),
      Code("0002", 200, "2000002", "KYC Approved"),
      // Not in the document: built by its rule HTTP + service + case.
      Code("0400", 400, "4000000", "Bad Request"),
      Code("4001", 400, "4000001", "Invalid Field Format phoneNo"),
      Code("4002", 400, "4000002", "Invalid Mandatory Field phoneNo"),
      Row("4003", "4000001 with a message that repeats the request's values",
          {.status = 400, .body = FinpayReply("4000001", "Invalid Field Format {echo}")}),
      Code("0401", 401, "4010000", "Unauthorized"),
      Code("0403", 403, "4030000", "Forbidden"),
      Code("0404", 404, "4040000", "Not Found"),
      Code("0405", 405, "4050000", "Method Not Allowed"),
      Code("0409", 409, "4090000", "Conflict"),
      Code("4091", 409, "4090001", "Duplicate partnerReferenceNo"),
      Code("0422", 422, "4220000", "Unprocessable Entity"),
      Row("0429", "4290000 with Retry-After: 3",
          {.status = 429,
           .body = FinpayReply("4290000", "Too Many Requests"),
           .headers = {{"Retry-After", "3"}}}),
      Code("0500", 500, "5000000", "General Error"),
      Row("0502", "502 with a proxy's HTML page",
          {502, "<html><body><h1>502 Bad Gateway</h1></body></html>", kHtml, {}}),
      Code("0503", 503, "5030000", "Service Unavailable"),
      Code("0504", 504, "5040000", "Timeout"),
      // Replies that contradict themselves.
      Code("0210", 200, "4010000", "Unauthorized"),
      Code("0211", 200, "2020000", "KYC Still on process"),
      Code("0212", 200, "2000099", "Something New"),
      Ok("0213", "no responseCode", R"({"responseMessage":"Successful"})"),
      Ok("0214", "2000000 without widgetUrl", FinpayReply("2000000", "Successful")),
      Ok("0215", "widgetUrl is plain http",
         Widget("http://demos.finnet.co.id/w", "2024-11-01 14:01:10")),
      Ok("0216", "widgetUrl is javascript:", Widget("javascript:alert(1)", "2024-11-01 14:01:10")),
      Ok("0217", "expiryTime is no time", Widget(kUrl, "tomorrow")),
      Ok("0218", "responseCode is a number",
         R"({"responseCode":2000002,"responseMessage":"KYC Approved"})"),
      Ok("0219", "responseCode twice",
         R"({"responseCode":"4000000","responseCode":"2000002","responseMessage":"KYC Approved"})"),
      // The transport.
      Faulty("0901", "reads all, closes without a byte", Fault::kCloseBeforeReply),
      Row("0902", "resets while the request's body arrives", {.fault = Fault::kResetMidBody}),
      Faulty("0903", "half of the announced body, then closes", Fault::kReplyCut),
      Faulty("0904", "Content-Length 10 less than the body", Fault::kWrongLength),
      Ok("0905", "the sample and 2 MiB of spaces", "{sample}{fill}"),
      Row("0906", "302 to /sim/redirected, whose visits /sim/count shows",
          {302, "", "text/plain", {{"Location", "/sim/redirected"}}}),
      Row("0907", "200 with an HTML page",
          {200, "<html><body>Please log in</body></html>", kHtml, {}}),
      Ok("0908", "the first half of the sample, well framed", "{half}"),
      Ok("0909", "200 without a body", ""),
      Faulty("0910", "reads all, resets the connection", Fault::kResetBeforeReply),
      Faulty("0911", "the sample, then closes unannounced", Fault::kIdleClose),
      Row("0912", "503 while the request's body arrives, reads no more, closes",
          {503,
           FinpayReply("5030000", "Service Unavailable"),
           "application/json",
           {{"Connection", "close"}},
           Fault::kEarlyReply}),
      Faulty("0913", "the sample, chunked", Fault::kChunked),
      Row("0914", "204, no body", {.status = 204, .body = ""}),
      Ok("0916", "bytes after the sample", "{sample} {}"),
      Slow("0930", 300),
      Slow("0931", 1000),
      Slow("0935", 5000),
      Slow("0939", 60000),
      // What Netzme then tells. Any other number: one notification, approved.
      Issued("1000", "no notification", {}),
      Issued("1001", "rejected", {{"rejected"}}),
      Issued("1002", "approved, in the document's other shape", {{"approved", true}}),
      Issued("1003", "rejected, in the document's other shape", {{"rejected", true}}),
      Issued("1005", "approved, sent twice", {{"approved"}, {"approved"}}),
      Issued("1006", "approved, rejected, approved", {{"approved"}, {"rejected"}, {"approved"}}),
      Issued("1007", "a status that no document names", {{"pending"}}),
      Issued("1008", "approved with a wrong token, then with the right one",
             {{"approved", false, true}, {"approved"}}),
  };
}

}  // namespace kyc::simulator
