#include "server/call/error.h"

#include <algorithm>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/message_lite.h"
#include "google/rpc/error_details.pb.h"

namespace kyc {
namespace {

using ::google::rpc::ErrorInfo;

constexpr char kErrorInfoUrl[] = "type.googleapis.com/google.rpc.ErrorInfo";
constexpr char kRequestId[] = "requestId";
// What RetryInfo can hold without wrapping; nobody waits longer.
constexpr absl::Duration kLongestRetry = absl::Hours(24 * 365);

// Deterministic, so that equal errors are equal bytes (the metadata is a map).
std::string Serialized(const google::protobuf::MessageLite& detail) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  detail.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

void Attach(absl::Status& status, const google::protobuf::MessageLite& detail) {
  status.SetPayload(absl::StrCat("type.googleapis.com/", detail.GetTypeName()),
                    absl::Cord(Serialized(detail)));
}

// Of an error that does not say itself what became of its call. Nothing of it left the gateway, as
// with all that only reads the log; but what a code leaves open is not known.
Outcome OutcomeBy(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kCancelled:
      return Outcome::kUnknown;
    default:
      return Outcome::kNotSent;
  }
}

ErrorInfo InfoOf(const Error& error) {
  ErrorInfo info;
  info.set_reason(error.reason);
  info.set_domain(error.domain);
  (*info.mutable_metadata())["outcome"] = std::string(OutcomeText(OutcomeBy(error.code)));
  for (const auto& [key, value] : error.metadata) (*info.mutable_metadata())[key] = value;
  return info;
}

google::rpc::BadRequest BadRequestOf(const Error& error) {
  google::rpc::BadRequest detail;
  for (const Violation& violation : error.violations) {
    auto* added = detail.add_field_violations();
    added->set_field(violation.field);
    added->set_description(violation.description);
  }
  return detail;
}

google::rpc::RetryInfo RetryInfoOf(absl::Duration after) {
  after = std::clamp(after, absl::ZeroDuration(), kLongestRetry);
  absl::Duration rest;
  google::rpc::RetryInfo detail;
  detail.mutable_retry_delay()->set_seconds(absl::IDivDuration(after, absl::Seconds(1), &rest));
  detail.mutable_retry_delay()->set_nanos(absl::ToInt64Nanoseconds(rest));
  return detail;
}

google::rpc::QuotaFailure QuotaFailureOf(const Error& error) {
  google::rpc::QuotaFailure detail;
  auto* violation = detail.add_violations();
  violation->set_subject(error.quota_subject);
  violation->set_description(error.message);
  return detail;
}

google::rpc::PreconditionFailure PreconditionFailureOf(const Error& error) {
  google::rpc::PreconditionFailure detail;
  auto* violation = detail.add_violations();
  violation->set_type(error.precondition_type);
  violation->set_subject(error.domain);
  violation->set_description(error.message);
  return detail;
}

ErrorInfo InfoOf(const absl::Status& status) {
  ErrorInfo info;
  absl::optional<absl::Cord> payload = status.GetPayload(kErrorInfoUrl);
  // A payload that does not parse is somebody else's: as good as none.
  if (payload && !info.ParseFromString(std::string(*payload))) info.Clear();
  return info;
}

}  // namespace

absl::string_view OutcomeText(Outcome outcome) {
  switch (outcome) {
    case Outcome::kNotSent:
      return "not_sent";
    case Outcome::kRefused:
      return "refused";
    case Outcome::kAnswered:
      return "answered";
    case Outcome::kUnknown:
      return "unknown";
  }
  return "unknown";
}

absl::Status ToStatus(const Error& error) {
  absl::Status status(error.code, absl::StrCat(error.message, " [", error.reason, "]."));
  Attach(status, InfoOf(error));
  if (!error.violations.empty()) Attach(status, BadRequestOf(error));
  if (error.retry_after) Attach(status, RetryInfoOf(*error.retry_after));
  if (!error.quota_subject.empty()) Attach(status, QuotaFailureOf(error));
  if (!error.precondition_type.empty()) Attach(status, PreconditionFailureOf(error));
  return status;
}

absl::Status InvalidRequest(std::vector<Violation> violations) {
  if (violations.empty()) return absl::OkStatus();
  Error error;
  error.code = absl::StatusCode::kInvalidArgument;
  error.reason = "INVALID_REQUEST";
  const Violation& first = violations.front();
  error.message = absl::StrCat("The request is invalid: ", first.field,
                               first.field.empty() ? "" : " ", first.description);
  if (violations.size() > 1) {
    absl::StrAppend(&error.message, " (and ", violations.size() - 1, " more)");
  }
  error.metadata = {{"outcome", std::string(OutcomeText(Outcome::kNotSent))}};
  error.violations = std::move(violations);
  return ToStatus(error);
}

absl::Status GatewayBug(absl::string_view what) {
  Error error;
  error.code = absl::StatusCode::kInternal;
  error.reason = "GATEWAY_BUG";
  error.message = absl::StrCat("The gateway failed at ", what);
  return ToStatus(error);
}

absl::Status WithRequestId(absl::Status status, absl::string_view request_id) {
  if (status.ok() || request_id.empty()) return status;
  ErrorInfo info = InfoOf(status);
  if (info.reason().empty()) return status;
  const auto [at, added] = info.mutable_metadata()->insert({kRequestId, std::string(request_id)});
  if (added) Attach(status, info);
  return status;
}

std::vector<std::pair<std::string, std::string>> DetailsOf(const absl::Status& status) {
  std::vector<std::pair<std::string, std::string>> details;
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    details.emplace_back(std::string(url), std::string(payload));
  });
  std::sort(details.begin(), details.end(), [](const auto& left, const auto& right) {
    return std::make_pair(left.first != kErrorInfoUrl, left.first) <
           std::make_pair(right.first != kErrorInfoUrl, right.first);
  });
  return details;
}

std::string ReasonOf(const absl::Status& status) { return InfoOf(status).reason(); }

EndedCall EndedBy(const absl::Status& status) {
  EndedCall ended;
  ended.code = status.code();
  if (status.ok()) return ended;
  const ErrorInfo info = InfoOf(status);
  const auto said = [&info](const char* key) {
    const auto at = info.metadata().find(key);
    return at == info.metadata().end() ? std::string() : at->second;
  };
  ended.reason = info.reason();
  ended.outcome = said("outcome");
  ended.upstream = said("upstream");
  ended.upstream_status = said("httpStatus");
  ended.attempts = said("attempts");
  return ended;
}

std::string MetadataOf(const absl::Status& status, absl::string_view key) {
  const ErrorInfo info = InfoOf(status);
  auto found = info.metadata().find(std::string(key));
  return found == info.metadata().end() ? "" : found->second;
}

}  // namespace kyc
