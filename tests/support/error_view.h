// An error of the gateway as its caller reads it.
#ifndef TESTS_SUPPORT_ERROR_VIEW_H_
#define TESTS_SUPPORT_ERROR_VIEW_H_

#include <grpcpp/support/status.h>

#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/optional.h"

namespace kyc::tests {

struct ErrorView {
  std::string code;  // "OK", "INVALID_ARGUMENT", ...
  std::string message;
  std::string domain;
  std::string reason;
  std::map<std::string, std::string> metadata;
  // The details beside ErrorInfo, by their short names, joined by commas; "-" if there are none.
  std::string details = "-";
  // "field: description" of each violation of BadRequest, in order.
  std::vector<std::string> violations;
  absl::optional<absl::Duration> retry_after;  // Of RetryInfo.
  // What is wrong with the form of an error that has details: not exactly one ErrorInfo, another
  // code inside than outside, no reason at the message's end, ... Empty if nothing is.
  std::string fault;

  // metadata[key], or "-".
  std::string Meta(const std::string& key) const;
  // "CODE REASON outcome details", as "UNAVAILABLE UPSTREAM_UNREACHABLE not_sent -".
  std::string Summary() const;
};

ErrorView View(const grpc::Status& status);

// "INVALID_ARGUMENT" and the like.
std::string CodeName(grpc::StatusCode code);

}  // namespace kyc::tests

#endif  // TESTS_SUPPORT_ERROR_VIEW_H_
