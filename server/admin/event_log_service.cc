#include "server/admin/event_log_service.h"

#include <algorithm>
#include <stop_token>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/events/log_error.h"

namespace kyc::admin {
namespace {

using admin::v1::BackupRequest;
using admin::v1::BackupResponse;
using admin::v1::ReleaseRetentionRequest;
using admin::v1::ReleaseRetentionResponse;

constexpr size_t kMaxNameBytes = 100;

absl::Status NotSent(absl::StatusCode code, const char* reason, const char* message) {
  Error error;
  error.code = code;
  error.reason = reason;
  error.message = message;
  error.metadata = {{"outcome", std::string(OutcomeText(Outcome::kNotSent))}};
  if (code == absl::StatusCode::kFailedPrecondition) error.precondition_type = error.reason;
  return ToStatus(error);
}

absl::Status CheckAdmin(const CallContext& context) {
  if (context.allow_admin) return absl::OkStatus();
  return NotSent(absl::StatusCode::kPermissionDenied, "CALLER_FORBIDDEN",
                 "The event log's administration is for callers with allow_admin in their "
                 "configuration");
}

// No way out of the folder.
bool IsFileName(const std::string& name) {
  return !name.empty() && name.size() <= kMaxNameBytes && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' ||
                  c == '-';
         });
}

absl::Status Validate(const BackupRequest& request) {
  if (IsFileName(request.file_name())) return absl::OkStatus();
  return InvalidRequest({{"file_name",
                          "must be 1 to 100 letters, digits, '.', '_' and '-', and not begin with "
                          "'.'"}});
}

}  // namespace

void EventLogService::Backup(CallContext context, BackupRequest request,
                             Done<BackupResponse> done) {
  if (absl::Status may = CheckAdmin(context); !may.ok()) return std::move(done)(may);
  if (absl::Status valid = Validate(request); !valid.ok()) return std::move(done)(valid);
  if (absl::Status may = event_log_.MayBackUp(); !may.ok()) {
    return std::move(done)(std::move(may));
  }
  if (backup_folder_.empty()) {
    return std::move(done)(NotSent(absl::StatusCode::kFailedPrecondition, "BACKUP_NOT_CONFIGURED",
                                   "The configuration has no event_log.sqlite.backup_folder"));
  }
  if (running_.exchange(true)) {
    return std::move(done)(NotSent(absl::StatusCode::kAborted, "BACKUP_RUNNING",
                                   "A backup is being made; one at a time"));
  }
  // The one before has ended, or does as soon as it has answered.
  backup_ = std::jthread([this, path = absl::StrCat(backup_folder_, "/", request.file_name()),
                          done = std::move(done)](std::stop_token stop) mutable {
    const absl::StatusOr<events::BackedUp> made = event_log_.BackUp(path, std::move(stop));
    say_(made.ok() ? absl::StrCat("the event log was backed up to event ", made->newest_sequence)
                   : std::string(made.status().message()));
    running_ = false;  // Whoever is answered may have another one made.
    if (made.ok()) {
      BackupResponse response;
      response.set_newest_sequence(made->newest_sequence);
      response.set_size_bytes(made->size_bytes);
      std::move(done)(std::move(response));
    } else {
      std::move(done)(events::LogError(made.status()));
    }
  });
}

void EventLogService::ReleaseRetention(CallContext context, ReleaseRetentionRequest,
                                       Done<ReleaseRetentionResponse> done) {
  if (absl::Status may = CheckAdmin(context); !may.ok()) return std::move(done)(may);
  run_blocking_([this, done = std::move(done)]() mutable {
    const absl::StatusOr<int64_t> events = event_log_.ReleaseRetention();
    if (!events.ok()) return std::move(done)(events::LogError(events.status()));
    if (*events > 0) {
      say_(absl::StrCat("retention was released: ", *events, " events may be removed"));
    }
    ReleaseRetentionResponse response;
    response.set_events(*events);
    std::move(done)(std::move(response));
  });
}

}  // namespace kyc::admin
