// What a call that fails returns.
#ifndef CLIENTS_CPP_ERROR_H_
#define CLIENTS_CPP_ERROR_H_

#include <grpcpp/support/status.h>

#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "kyc/errors/v1/errors.pb.h"

namespace kyc_gateway {

// One field of the request that is wrong, by its path in the proto.
struct FieldViolation {
  std::string field;
  std::string description;
};

// A call that failed: `outcome` says whether it was processed, MayRepeat() whether to make it
// again.
struct Error {
  grpc::StatusCode code = grpc::StatusCode::UNKNOWN;
  std::string message = {};
  std::string domain = {};
  kyc::errors::v1::Reason reason = kyc::errors::v1::REASON_UNSPECIFIED;
  std::string reason_text = {};  // Also where `reason` does not know it yet.
  kyc::errors::v1::Outcome outcome = kyc::errors::v1::OUTCOME_UNSPECIFIED;
  std::map<std::string, std::string> metadata = {};
  std::vector<FieldViolation> field_violations = {};
  absl::Duration retry_delay = absl::ZeroDuration();
  // The method changes nothing and costs nothing: it may be called again whatever became of it.
  bool only_reads = false;
  // The call's own key, which each repeat of it has; empty where it had none.
  std::string request_id = {};

  // WideKYC's transaction id, where its answer had one; else empty.
  std::string trx_id() const;

  // Making this very call again bills nothing twice, and may succeed. It believes an upstream that
  // says that it did not process the call (429, say). Whoever cannot takes only OUTCOME_NOT_SENT.
  bool MayRepeat() const;
};

Error ErrorOf(const grpc::Status& status, bool only_reads, std::string request_id = {});

// A response, or why there is none.
template <typename Response>
class Answer {
 public:
  Answer(Response response) : value_(std::move(response)) {}
  Answer(Error error) : value_(std::move(error)) {}

  bool ok() const { return std::holds_alternative<Response>(value_); }
  const Response& operator*() const { return std::get<Response>(value_); }
  const Response* operator->() const { return &std::get<Response>(value_); }
  const Error& error() const { return std::get<Error>(value_); }

 private:
  std::variant<Response, Error> value_;
};

}  // namespace kyc_gateway

#endif  // CLIENTS_CPP_ERROR_H_
