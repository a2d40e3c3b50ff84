#include "server/events/audit_state.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/events/audited.h"

namespace kyc::events {
namespace {

constexpr absl::Duration kPause = absl::Seconds(1);

}  // namespace

AuditState::AuditState(Metrics& metrics, std::function<void(absl::string_view)> say,
                       std::function<absl::Time()> steady_clock)
    : metrics_(metrics), say_(std::move(say)), clock_(std::move(steady_clock)) {
  metrics_.AuditWritable(true);
}

void AuditState::SetAllowed(const absl::Status& allowed) {
  if (!allowed.ok()) {
    Set(State::kForbidden, allowed);
  } else if (state_ == State::kForbidden) {
    Set(State::kWritten, absl::OkStatus());
  }
}

void AuditState::Committed(const std::vector<WriteRequest>& requests) {
  if (state_ == State::kFailing && HasNotes(requests)) Set(State::kWritten, absl::OkStatus());
}

void AuditState::Failed(const absl::Status& why, std::vector<WriteRequest>& requests) {
  tried_from_ = clock_() + kPause;
  Set(State::kFailing, why);
  AnswerNotes(requests, NotNoted());
}

void AuditState::Withhold(std::vector<WriteRequest>& requests) {
  const bool tried =
      state_ == State::kWritten || (state_ == State::kFailing && clock_() >= tried_from_);
  if (!tried) AnswerNotes(requests, NotNoted());
}

void AuditState::Set(State state, const absl::Status& why) {
  const bool changes = state != state_ || why.message() != told_;
  state_ = state;
  told_ = std::string(why.message());
  if (!changes) return;
  metrics_.AuditWritable(state == State::kWritten);
  if (say_ == nullptr) return;
  say_(why.ok() ? "the audit log can be written again"
                : absl::StrCat("the audit log cannot be written, so VIEW_FULL and kyc.admin.v1 are "
                               "refused: ",
                               why.message()));
}

}  // namespace kyc::events
