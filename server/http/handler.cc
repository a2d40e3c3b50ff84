#include "server/http/handler.h"

namespace kyc::http {

absl::optional<absl::string_view> HttpCall::Header(absl::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return absl::nullopt;
}

}  // namespace kyc::http
