#include <string>

#include "tools/simulator/documents.h"
#include "tools/simulator/magic_rows.h"

namespace kyc::simulator {
namespace {

constexpr char kText[] = "text/plain";
constexpr char kHtml[] = "text/html";

// A SUCCESSFUL reply with this content.result, transaction fields added.
std::string Successful(const std::string& result) {
  return R"({"statusCode":"SUCCESSFUL","content":{"result":{)" + result +
         R"("trx_id":"202303291031019484","ref_id":"1234567890","timestamp":1680060716281}}})";
}

// The verdicts of id-validation.
std::string Verdicts(const std::string& data) {
  return Successful(R"("status":"success","data":{)" + data + "},");
}

std::string Deep() {
  return R"({"statusCode":"SUCCESSFUL","content":)" + std::string(500, '[') +
         std::string(500, ']') + "}";
}

MagicRow ByReference(std::string value, std::string what, Answer answer) {
  return {MagicField::kCustRefNo, std::move(value), std::move(what), std::move(answer), {}};
}

MagicRow ByNik(std::string value, std::string what, std::string body) {
  return {MagicField::kNik, std::move(value), std::move(what), {.body = std::move(body)}, {}};
}

}  // namespace

std::vector<MagicRow> WideKycRows() {
  const auto at = [](MagicField field, std::string value, std::string what, std::string body) {
    return MagicRow{field, std::move(value), std::move(what), {.body = std::move(body)}, {}};
  };
  const auto any = [&](std::string value, std::string what, std::string body) {
    return at(MagicField::kCustRefNo, std::move(value), std::move(what), std::move(body));
  };
  const auto first = [](std::string value, std::string what, Answer answer) {
    return MagicRow{.field = MagicField::kLiveness,
                    .value = std::move(value),
                    .what = std::move(what),
                    .answer = std::move(answer),
                    .first_only = true};
  };
  const std::string success = R"("status":"success",)";
  return {
      any("sim-quota", "documented: Quota Exceeded", WideKycError(kQuotaExceeded)),
      any("sim-not-activated", "documented: Product is not activated. Please Check ...",
          WideKycError(kNotActivated)),
      any("sim-not-approved", "documented: Product is not activated yet by Admin",
          WideKycError(kNotApproved)),
      any("sim-exception", "ERROR with a description no document names",
          WideKycError("Something unexpected happened")),
      any("sim-two-details", "ERROR, the second detail is Quota Exceeded",
          R"({"statusCode":"ERROR","responseStatusDetails":[{"description":"Look below","type":)"
          R"("Info"},{"description":"Quota Exceeded","type":"Exception"}]})"),
      any("sim-no-details", "ERROR without responseStatusDetails", R"({"statusCode":"ERROR"})"),
      any("sim-echo", "ERROR whose description repeats the request's values",
          WideKycError("Rejected: {echo}")),
      any("sim-status-failed", "SUCCESSFUL, but content.result.status is failed",
          Successful(R"("status":"failed","result":"True","data":{"nik":true},)")),
      any("sim-unknown-code", "statusCode PENDING", R"({"statusCode":"PENDING"})"),
      any("sim-no-code", "JSON object without statusCode", R"({"content":{}})"),
      any("sim-no-result", "SUCCESSFUL without content", R"({"statusCode":"SUCCESSFUL"})"),
      any("sim-array", "a JSON array", "[{sample}]"),
      any("sim-twice", "statusCode twice, ERROR then SUCCESSFUL",
          R"({"statusCode":"ERROR","statusCode":"SUCCESSFUL","content":{}})"),
      any("sim-trailing", "bytes after the document's sample", "{sample} {}"),
      any("sim-deep", "500 arrays deep", Deep()),
      any("sim-not-utf8", "a text that is not UTF-8",
          "{\"statusCode\":\"ERROR\",\"responseStatusDetails\":[{\"description\":\"\xff\xfe\"}]}"),
      any("sim-cut", "the first half of the sample, well framed", "{half}"),
      any("sim-empty", "200 without a body", ""),
      any("sim-huge", "the sample and 2 MiB of spaces", "{sample}{fill}"),
      at(MagicField::kLiveness, "sim-not-live", "result is \"False\"",
         Successful(success + R"("result":"False",)")),
      at(MagicField::kLiveness, "sim-live-bool", "result is a bare true",
         Successful(success + R"("result":true,)")),
      at(MagicField::kLiveness, "sim-odd-verdict", "result is \"Maybe\"",
         Successful(success + R"("result":"Maybe",)")),
      at(MagicField::kLiveness, "sim-no-verdict", "no result", Successful(success)),
      at(MagicField::kLiveness, "sim-future", "fields from the future around the verdict",
         Successful(success + R"("result":"True","confidence":{"score":0.98},)")),
      first("sim-first-429", "429 the first time, then the sample", {429, "Slow down", kText}),
      first("sim-first-lost", "reads all, closes without a byte the first time, then the sample",
            {.fault = Fault::kCloseBeforeReply}),
      at(MagicField::kRecognize, "sim-half-card", "only nik (a number) and nama",
         Successful(success + R"("data":{"nik":3671121401010004,"nama":"Yu Andi Chen"},)")),
      at(MagicField::kRecognize, "sim-no-fields", "data without a known field",
         Successful(success + R"("data":{"blurred":true},)")),
      at(MagicField::kRecognize, "sim-no-data", "no data", Successful(success)),
      at(MagicField::kRecognize, "sim-data-null", "data is null",
         Successful(success + R"("data":null,)")),
  };
}

std::vector<MagicRow> TransportRows() {
  const auto status = [](int code, std::string text, std::vector<Header> headers = {}) {
    return Answer{code, std::move(text), kText, std::move(headers)};
  };
  const auto fault = [](Fault kind) { return Answer{.body = "{sample}", .fault = kind}; };
  MagicRow slow = ByReference("sim-slow-", "the sample after so many ms", {.body = "{sample}"});
  slow.delay_in_value = true;
  return {
      ByReference("sim-401", "documented: Unauthorized", status(401, "Unauthorized")),
      ByReference("sim-404", "documented: Not Found", status(404, "Not Found")),
      ByReference("sim-500", "documented: Internal Server Error", status(500, "Error")),
      ByReference("sim-503", "documented: Service Unavailable", status(503, "Unavailable")),
      ByReference("sim-503-retry", "the same with Retry-After: 7",
                  status(503, "Unavailable", {{"Retry-After", "7"}})),
      ByReference("sim-504", "documented: Gateway Timeout", status(504, "Timeout")),
      ByReference("sim-204", "204, no body", status(204, "")),
      ByReference("sim-400", "400 with an echoing ERROR body",
                  {.status = 400, .body = WideKycError("Invalid: {echo}")}),
      ByReference("sim-403", "403", status(403, "Forbidden")),
      ByReference("sim-408", "408", status(408, "Request Timeout")),
      ByReference("sim-413", "413", status(413, "Too Large")),
      ByReference("sim-422", "422", status(422, "Unprocessable")),
      ByReference("sim-429", "429 with Retry-After: 3",
                  status(429, "Slow down", {{"Retry-After", "3"}})),
      ByReference("sim-502", "502 with a proxy's HTML page",
                  {502, "<html><body><h1>502 Bad Gateway</h1></body></html>", kHtml, {}}),
      ByReference("sim-500-quota", "500 with a readable Quota Exceeded body",
                  {.status = 500, .body = WideKycError(kQuotaExceeded)}),
      ByReference("sim-html", "200 with an HTML page",
                  {200, "<html><body>Please log in</body></html>", kHtml, {}}),
      ByReference("sim-redirect", "302 to /sim/redirected, whose visits /sim/count shows",
                  status(302, "", {{"Location", "/sim/redirected"}})),
      slow,
      ByReference("sim-close-before-reply", "reads all, closes without a byte",
                  fault(Fault::kCloseBeforeReply)),
      ByReference("sim-reset-before-reply", "reads all, resets the connection",
                  fault(Fault::kResetBeforeReply)),
      ByReference("sim-reset-mid-body", "resets while the request's body arrives",
                  fault(Fault::kResetMidBody)),
      ByReference("sim-early-503", "503 while the request's body arrives, reads no more, closes",
                  {503, "Unavailable", kText, {{"Connection", "close"}}, Fault::kEarlyReply}),
      ByReference("sim-reply-cut", "half of the announced body, then closes",
                  fault(Fault::kReplyCut)),
      ByReference("sim-wrong-length", "Content-Length 10 less than the body",
                  fault(Fault::kWrongLength)),
      ByReference("sim-chunked", "the sample, chunked", fault(Fault::kChunked)),
      ByReference("sim-idle-close", "the sample, then closes unannounced",
                  fault(Fault::kIdleClose)),
  };
}

std::vector<MagicRow> NikRows() {
  const std::string rest =
      R"("full_name":true,"birth_date":true,"birth_place":true,"address":true)";
  return {
      ByNik("9001", "nik false", Verdicts(R"("nik":false,)" + rest)),
      ByNik("9002", "full_name false", Verdicts(R"("nik":true,"full_name":false)")),
      ByNik("9003", "birth_date false", Verdicts(R"("nik":true,"birth_date":false)")),
      ByNik("9004", "birth_place false", Verdicts(R"("nik":true,"birth_place":false)")),
      ByNik("9005", "address false", Verdicts(R"("nik":true,"address":false)")),
      ByNik("9006", "selfie_photo 85.5", Verdicts(R"("nik":true,"selfie_photo":85.5)")),
      ByNik("9007", "verdicts as texts, selfie_photo too",
            Verdicts(R"("nik":"True","full_name":"false","selfie_photo":"72.25")")),
      ByNik("9008", "data is empty: no verdict", Verdicts("")),
      ByNik("9009", "no data", Successful(R"("status":"success",)")),
      ByNik("9010", "status \"failed\"", Successful(R"("status":"failed","data":{"nik":true},)")),
      ByNik("9011", "status is a bare failed",
            Successful(R"("status": failed,"data":{"nik":true},)")),
      ByNik("9012", "the sample with \"success\" in quotes",
            Verdicts(R"("nik":true,)" + rest + R"(,"selfie_photo":10)")),
      ByNik("9013", "a verdict that is neither true nor false", Verdicts(R"("nik":"maybe")")),
  };
}

}  // namespace kyc::simulator
