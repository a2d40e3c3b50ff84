#include "server/call/request_id.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace kyc {

void CheckRequestId(absl::string_view request_id, std::vector<Violation>& violations) {
  constexpr size_t kLongest = 64;
  const bool visible = std::all_of(request_id.begin(), request_id.end(), absl::ascii_isgraph);
  if (visible && request_id.size() <= kLongest) return;
  violations.push_back({"request_id", "must be 1 to 64 visible ASCII characters"});
}

}  // namespace kyc
