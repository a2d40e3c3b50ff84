#include "server/call/status_bytes.h"

#include <utility>

#include "absl/strings/cord.h"
#include "google/rpc/status.pb.h"
#include "server/call/error.h"

namespace kyc {

std::string StatusBytes(const absl::Status& status) {
  google::rpc::Status details;
  details.set_code(static_cast<int>(status.code()));
  details.set_message(std::string(status.message()));
  for (auto& [type_url, value] : DetailsOf(status)) {
    google::protobuf::Any* detail = details.add_details();
    detail->set_type_url(std::move(type_url));
    detail->set_value(std::move(value));
  }
  return details.SerializeAsString();
}

absl::Status StatusFromBytes(absl::string_view bytes) {
  google::rpc::Status details;
  if (!details.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      details.code() <= 0 ||
      details.code() > static_cast<int>(absl::StatusCode::kUnauthenticated)) {
    return absl::DataLossError("no serialized error");
  }
  absl::Status status(static_cast<absl::StatusCode>(details.code()), details.message());
  for (const google::protobuf::Any& detail : details.details()) {
    status.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
  return status;
}

}  // namespace kyc
