// Removes from the quarantine what holds somebody's data.
#ifndef SERVER_ADMIN_QUARANTINE_SWEEP_H_
#define SERVER_ADMIN_QUARANTINE_SWEEP_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/events/quarantine.h"

namespace kyc::admin {

// Whether a body that nobody could read has the text in it: as it is, or with JSON's escapes. Pure.
bool HasText(absl::string_view body, absl::string_view text);

// The ids of all entries whose bodies have the text in them; `account` is empty for those of any.
// Opens each entry, some ten thousand at most. Blocks.
absl::StatusOr<std::vector<int64_t>> EntriesWith(const events::Quarantine& quarantine,
                                                 const std::string& text,
                                                 const std::string& account);

}  // namespace kyc::admin

#endif  // SERVER_ADMIN_QUARANTINE_SWEEP_H_
