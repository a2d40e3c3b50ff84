#include "server/events/writer_state.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace kyc::events {

WriterState::WriterState(Metrics& metrics, std::function<void(absl::string_view)> say)
    : metrics_(metrics), say_(std::move(say)) {}

void WriterState::SetWritable(const absl::Status& status) {
  if (writable_.exchange(status.ok()) == status.ok()) return;
  metrics_.LogWritable(status.ok());
  if (say_ == nullptr) return;
  say_(status.ok() ? "the event log can be written again"
                   : absl::StrCat("the event log cannot be written: ", status.message()));
}

void WriterState::SetQuarantineUsed(double ratio) {
  if (quarantine_used_.exchange(ratio) != ratio) metrics_.QuarantineUsed(ratio);
}

}  // namespace kyc::events
