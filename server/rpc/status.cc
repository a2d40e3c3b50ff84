#include "server/rpc/status.h"

#include <string>

#include "server/call/status_bytes.h"

namespace kyc::rpc {
namespace {

// The two enums are one list of numbers, so a cast converts.
template <absl::StatusCode from, grpc::StatusCode to>
constexpr bool kSame = static_cast<int>(from) == static_cast<int>(to);
static_assert(kSame<absl::StatusCode::kOk, grpc::OK>);
static_assert(kSame<absl::StatusCode::kCancelled, grpc::CANCELLED>);
static_assert(kSame<absl::StatusCode::kUnknown, grpc::UNKNOWN>);
static_assert(kSame<absl::StatusCode::kInvalidArgument, grpc::INVALID_ARGUMENT>);
static_assert(kSame<absl::StatusCode::kDeadlineExceeded, grpc::DEADLINE_EXCEEDED>);
static_assert(kSame<absl::StatusCode::kNotFound, grpc::NOT_FOUND>);
static_assert(kSame<absl::StatusCode::kAlreadyExists, grpc::ALREADY_EXISTS>);
static_assert(kSame<absl::StatusCode::kPermissionDenied, grpc::PERMISSION_DENIED>);
static_assert(kSame<absl::StatusCode::kResourceExhausted, grpc::RESOURCE_EXHAUSTED>);
static_assert(kSame<absl::StatusCode::kFailedPrecondition, grpc::FAILED_PRECONDITION>);
static_assert(kSame<absl::StatusCode::kAborted, grpc::ABORTED>);
static_assert(kSame<absl::StatusCode::kOutOfRange, grpc::OUT_OF_RANGE>);
static_assert(kSame<absl::StatusCode::kUnimplemented, grpc::UNIMPLEMENTED>);
static_assert(kSame<absl::StatusCode::kInternal, grpc::INTERNAL>);
static_assert(kSame<absl::StatusCode::kUnavailable, grpc::UNAVAILABLE>);
static_assert(kSame<absl::StatusCode::kDataLoss, grpc::DATA_LOSS>);
static_assert(kSame<absl::StatusCode::kUnauthenticated, grpc::UNAUTHENTICATED>);

}  // namespace

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()),
                      StatusBytes(status));
}

}  // namespace kyc::rpc
