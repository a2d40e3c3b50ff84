#include "server/widekyc/envelope.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "server/call/error.h"
#include "server/upstream/errors.h"
#include "server/widekyc/fields.h"

namespace kyc::widekyc {
namespace {

using json::Deviations;
using json::Value;
using upstream::HttpResponse;
using upstream::MalformedReply;
using upstream::MaskedText;
using upstream::SetOutcome;

using Values = std::vector<std::string>;

// A fault of one value is left to whoever needs that value.
absl::StatusOr<Value> ParseReply(const HttpResponse& response, Deviations& deviations) {
  json::ParseOptions options;
  options.lenient = true;
  // The document's own sample of ID Validation has `"status": success`.
  options.bare_word_paths = {"content.result.status"};
  return json::Parse(response.body, options, deviations);
}

// An error that the documents name, known by its text alone. Two of them begin alike.
struct Documented {
  const char* description;
  absl::StatusCode code;
  const char* reason;
  const char* message;
};
constexpr Documented kDocumented[] = {
    {"Quota Exceeded", absl::StatusCode::kResourceExhausted, "QUOTA_EXCEEDED",
     "The account's subscription quota at WideKYC is used up"},
    {"Product is not activated yet by Admin", absl::StatusCode::kFailedPrecondition,
     "PRODUCT_NOT_APPROVED", "WideKYC's administrator has not approved the account's product yet"},
    {"Product is not activated. Please Check Available Products in Manage Product Menu",
     absl::StatusCode::kFailedPrecondition, "PRODUCT_NOT_ACTIVATED",
     "The account's product is not activated at WideKYC"},
};

const Documented* FindDocumented(absl::string_view description) {
  for (const Documented& documented : kDocumented) {
    if (description == documented.description) return &documented;
  }
  return nullptr;
}

constexpr size_t kMaxShownTrxId = 64;

// Whether a text has a value of the request in it, or is one. Of few bytes it may have one by
// chance.
bool Repeats(absl::string_view text, const Values& values) {
  constexpr size_t kFewBytes = 8;
  for (const std::string& value : values) {
    if (text == value) return true;
    if (value.size() >= kFewBytes && absl::StrContains(text, value)) return true;
  }
  return false;
}

// content.result.trx_id, by which WideKYC knows the call and which is nobody's personal data. Empty
// where it has not the shape of one, or repeats what is.
std::string ShownTrxId(const Value& reply, const Values& values) {
  const Value* content = reply.Find("content");
  const Value* result = content == nullptr ? nullptr : content->Find("result");
  if (result == nullptr) return "";
  Deviations loose;
  std::string id = Fields(*result, loose).Identifier("trx_id").value_or("");
  const bool has_shape =
      id.size() <= kMaxShownTrxId && std::all_of(id.begin(), id.end(), [](char c) {
        return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
      });
  return has_shape && !Repeats(id, values) ? id : "";
}

void AddTrxId(const std::string& shown, Error& error) {
  if (!shown.empty()) error.metadata.emplace_back("trxId", shown);
}

// What a reply says of its failure.
struct Complaint {
  std::string status_code;
  std::string description;  // Of the detail that decides, else of the first that has one.
  const Documented* documented = nullptr;
};

Complaint ReadComplaint(const Value& reply, Deviations& deviations) {
  Complaint complaint;
  complaint.status_code = Fields(reply, deviations).String("statusCode").value_or("");
  const Value* details = reply.Find("responseStatusDetails");
  if (details == nullptr) return complaint;
  for (const Value& detail : details->items) {
    std::string description = Fields(detail, deviations).String("description").value_or("");
    complaint.documented = FindDocumented(description);
    if (complaint.documented != nullptr || complaint.description.empty()) {
      complaint.description = std::move(description);
    }
    if (complaint.documented != nullptr) break;
  }
  return complaint;
}

// The upstream's words, without what they repeat of the request. The document's own words repeat
// nothing, even if the request has some of them.
std::string Shown(absl::string_view words, const Values& values) {
  const bool documented = words == "ERROR" || FindDocumented(words) != nullptr;
  return documented ? std::string(words) : MaskedText(words, values);
}

void AddUpstreamWords(absl::string_view code, absl::string_view text, const Values& values,
                      Error& error) {
  if (!code.empty()) error.metadata.emplace_back("upstreamCode", Shown(code, values));
  if (!text.empty()) error.metadata.emplace_back("upstreamText", Shown(text, values));
}

void Refine(const Documented& documented, Error& error) {
  error.code = documented.code;
  error.reason = documented.reason;
  error.message = documented.message;
  error.retry_after.reset();
  if (documented.code == absl::StatusCode::kResourceExhausted) {
    error.quota_subject = kUpstream;
  } else {
    error.precondition_type = documented.reason;
  }
  SetOutcome(error, Outcome::kRefused);
}

// Not 2xx: the status decides, the body at most says which error of the same code it is.
Error StatusError(const HttpResponse& response, const Values& values, Deviations& deviations) {
  Error error = HttpStatusError(kUpstream, response);
  Deviations loose;
  const absl::StatusOr<Value> reply = ParseReply(response, loose);
  if (!reply.ok() || reply->kind != Value::Kind::kObject) return error;
  const Complaint complaint = ReadComplaint(*reply, loose);
  deviations.insert(deviations.end(), loose.begin(), loose.end());
  if (complaint.documented != nullptr && complaint.documented->code == error.code) {
    Refine(*complaint.documented, error);
  }
  AddUpstreamWords(complaint.status_code, complaint.description, values, error);
  AddTrxId(ShownTrxId(*reply, values), error);
  return error;
}

// A 2xx whose body says that the call failed; `text` is what it says.
Error ExceptionError(const HttpResponse& response) {
  Error error = MalformedReply(kUpstream, response, "");
  error.code = absl::StatusCode::kUnknown;
  error.reason = "UPSTREAM_EXCEPTION";
  error.message = "WideKYC could not judge the request";
  return error;
}

Error ErrorReply(const HttpResponse& response, const Value& reply, const Values& values,
                 Deviations& deviations) {
  Error error = ExceptionError(response);
  const Complaint complaint = ReadComplaint(reply, deviations);
  if (complaint.documented != nullptr) Refine(*complaint.documented, error);
  AddUpstreamWords(complaint.status_code, complaint.description, values, error);
  AddTrxId(ShownTrxId(reply, values), error);
  return error;
}

// False if the time does not fit into a Timestamp.
bool SetTimestamp(int64_t milliseconds, google::protobuf::Timestamp& timestamp) {
  constexpr int64_t kYear1 = -62135596800000;
  constexpr int64_t kYear10000 = 253402300800000;
  if (milliseconds < kYear1 || milliseconds >= kYear10000) return false;
  const int64_t rest = ((milliseconds % 1000) + 1000) % 1000;
  timestamp.set_seconds((milliseconds - rest) / 1000);
  timestamp.set_nanos(static_cast<int32_t>(rest) * 1'000'000);
  return true;
}

::widekyc::v1::Transaction ReadTransaction(const Value& result, Deviations& deviations) {
  ::widekyc::v1::Transaction transaction;
  Fields fields(result, deviations);
  transaction.set_status(fields.String("status").value_or(""));
  transaction.set_result(fields.Verdict("result").value_or(""));
  transaction.set_trx_id(fields.Identifier("trx_id").value_or(""));
  transaction.set_ref_id(fields.Identifier("ref_id").value_or(""));
  const absl::optional<int64_t> time = fields.Int64("timestamp");
  if (time && !SetTimestamp(*time, *transaction.mutable_timestamp())) {
    transaction.clear_timestamp();
    fields.NoteUnreadable("timestamp");
  }
  return transaction;
}

absl::StatusOr<Envelope> ReadSuccess(const HttpResponse& response, const Value& reply,
                                     const Values& values, Deviations& deviations) {
  const Value* content = reply.Find("content");
  const Value* result = content == nullptr ? nullptr : content->Find("result");
  if (result == nullptr || result->kind != Value::Kind::kObject) {
    return ToStatus(MalformedReply(kUpstream, response, "is a success without a result"));
  }
  Envelope envelope;
  envelope.transaction = ReadTransaction(*result, deviations);
  envelope.shown_trx_id = ShownTrxId(reply, values);
  const std::string& status = envelope.transaction.status();
  if (status.empty()) return NoVerdict(response, envelope, "has a result without a status");
  if (status != "success") {
    Error error = ExceptionError(response);
    AddUpstreamWords(status, "", values, error);
    AddTrxId(envelope.shown_trx_id, error);
    return ToStatus(error);
  }
  envelope.result = *result;
  return envelope;
}

// A 2xx that is not 200. Its body is not believed, but may tell which transaction it was.
Error UndocumentedStatus(const HttpResponse& response, const Values& values) {
  Error error = MalformedReply(kUpstream, response, "has an HTTP status that is not documented");
  Deviations ignored;
  const absl::StatusOr<Value> reply = ParseReply(response, ignored);
  if (reply.ok()) AddTrxId(ShownTrxId(*reply, values), error);
  return error;
}

}  // namespace

absl::StatusOr<Envelope> ReadEnvelope(const HttpResponse& response, const Values& values,
                                      Deviations& deviations) {
  if (response.status < 200 || response.status > 299) {
    return ToStatus(StatusError(response, values, deviations));
  }
  if (response.status != 200) return ToStatus(UndocumentedStatus(response, values));
  if (response.body.empty()) {
    return ToStatus(MalformedReply(kUpstream, response, "is empty"));
  }
  const absl::StatusOr<Value> reply = ParseReply(response, deviations);
  if (!reply.ok()) {
    return ToStatus(MalformedReply(kUpstream, response, reply.status().message()));
  }
  const std::string code = Fields(*reply, deviations).String("statusCode").value_or("");
  if (code == "SUCCESSFUL") return ReadSuccess(response, *reply, values, deviations);
  if (code == "ERROR") return ToStatus(ErrorReply(response, *reply, values, deviations));
  Error error = MalformedReply(kUpstream, response, "has no statusCode that is known");
  AddUpstreamWords(code, "", values, error);
  AddTrxId(ShownTrxId(*reply, values), error);
  return ToStatus(error);
}

absl::Status NoVerdict(const HttpResponse& response, const Envelope& envelope,
                       absl::string_view what) {
  Error error = MalformedReply(kUpstream, response, what);
  AddTrxId(envelope.shown_trx_id, error);
  return ToStatus(error);
}

}  // namespace kyc::widekyc
