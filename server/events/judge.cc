#include "server/events/judge.h"

namespace kyc::events {

Verdict Judge(const absl::optional<ReferenceState>& latest, absl::string_view content_digest) {
  Verdict verdict;
  if (!latest.has_value()) {
    verdict.revision = 1;
  } else if (latest->content_digest == content_digest) {
    verdict.repeat = true;
    verdict.revision = latest->revision;
  } else {
    verdict.revision = latest->revision + 1;
    verdict.previous_status = latest->status;
    verdict.has_older = latest->revision > 1;
    verdict.restricted = latest->restricted;
  }
  return verdict;
}

}  // namespace kyc::events
