#include "clients/kyc/cli/failure.h"

#include <ostream>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/kyc/brief_text.h"
#include "clients/kyc/cli/table.h"
#include "clients/kyc/json_text.h"
#include "google/rpc/code.pb.h"

namespace kyc::cli {
namespace {

namespace errors = ::kyc::errors::v1;
using client::QuoteJson;

std::string CodeName(grpc::StatusCode code) {
  return ::google::rpc::Code_Name(static_cast<::google::rpc::Code>(code));
}

std::string OutcomeWords(const kyc_gateway::Error& error) {
  switch (error.outcome) {
    case errors::OUTCOME_NOT_SENT:
      return "nothing was sent to the upstream";
    case errors::OUTCOME_REFUSED:
      return "the upstream refused it";
    case errors::OUTCOME_ANSWERED:
      return "the upstream answered; it may be billed";
    case errors::OUTCOME_UNKNOWN:
      return "unknown: it may have been processed, and billed";
    default:
      return error.only_reads ? "" : "not told: it may have been processed, and billed";
  }
}

std::string Repeat(const kyc_gateway::Error& error) {
  if (!error.MayRepeat()) return "no";
  if (error.retry_delay <= absl::ZeroDuration()) return "yes";
  return absl::StrCat("yes, after ", absl::FormatDuration(error.retry_delay));
}

}  // namespace

Exit ExitOf(const kyc_gateway::Error& error) {
  if (error.code == grpc::StatusCode::NOT_FOUND) return kNotFound;
  // With a request_id it may be repeated, but was perhaps processed.
  const bool unsure = !error.only_reads && (error.outcome == errors::OUTCOME_UNKNOWN ||
                                            error.outcome == errors::OUTCOME_UNSPECIFIED);
  if (error.MayRepeat() && !unsure) return kUnavailable;
  if (error.outcome == errors::OUTCOME_UNKNOWN) return kOutcomeUnknown;
  if (error.outcome != errors::OUTCOME_UNSPECIFIED || error.only_reads) return kRefused;
  switch (error.code) {  // gRPC's own error, without a word of the gateway's.
    case grpc::StatusCode::CANCELLED:
    case grpc::StatusCode::UNKNOWN:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::INTERNAL:
    case grpc::StatusCode::UNAVAILABLE:
      return kOutcomeUnknown;
    default:
      return kRefused;
  }
}

Exit ExitOf(const absl::Status& status) {
  if (absl::IsUnavailable(status)) return kUnavailable;
  return absl::IsInvalidArgument(status) ? kWrongCommand : kFailed;
}

std::string ErrorText(const kyc_gateway::Error& error) {
  std::string text = absl::StrCat("kyc: ", CodeName(error.code), ": ",
                                  Printable(client::BriefText(error.message)), "\n");
  std::vector<std::pair<std::string, std::string>> more;
  for (const auto& violation : error.field_violations) {
    more.emplace_back("  " + Printable(violation.field),
                      Printable(client::BriefText(violation.description)));
  }
  if (const std::string outcome = OutcomeWords(error); !outcome.empty()) {
    more.emplace_back("  outcome", outcome);
  }
  more.emplace_back("  may be repeated", Repeat(error));
  if (!error.trx_id().empty()) more.emplace_back("  transaction", Printable(error.trx_id()));
  return text + PairsText(more);
}

std::string ErrorJson(const kyc_gateway::Error& error) {
  const auto pair = [](const std::string& name, const std::string& value) {
    return absl::StrCat(QuoteJson(name), ":", value);
  };
  std::vector<std::string> metadata;
  for (const auto& [name, value] : error.metadata) metadata.push_back(pair(name, QuoteJson(value)));
  std::vector<std::string> violations;
  for (const auto& violation : error.field_violations) {
    violations.push_back(absl::StrCat("{", pair("field", QuoteJson(violation.field)), ",",
                                      pair("description", QuoteJson(violation.description)), "}"));
  }
  const std::vector<std::string> fields = {
      pair("code", QuoteJson(CodeName(error.code))),
      pair("reason", QuoteJson(error.reason_text)),
      pair("message", QuoteJson(error.message)),
      pair("mayRepeat", error.MayRepeat() ? "true" : "false"),
      pair("retryDelaySeconds", client::NumberJson(absl::ToDoubleSeconds(error.retry_delay))),
      pair("fieldViolations", absl::StrCat("[", absl::StrJoin(violations, ","), "]")),
      pair("metadata", absl::StrCat("{", absl::StrJoin(metadata, ","), "}"))};
  return absl::StrCat("{\"error\":{", absl::StrJoin(fields, ","), "}}");
}

int Fail(Session& session, const kyc_gateway::Error& error) {
  session.err << (session.json ? ErrorJson(error) + "\n" : ErrorText(error));
  return ExitOf(error);
}

int Fail(Session& session, const absl::Status& status) {
  // Whole: it may name a file, and quotes nobody.
  session.err << "kyc: " << Printable(status.message()) << "\n";
  return ExitOf(status);
}

}  // namespace kyc::cli
