#include "server/events/jetstream/stream.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/crypto/mac.h"

namespace kyc::events::jetstream {
namespace {

constexpr absl::Duration kRequestTimeout = absl::Seconds(2);
constexpr absl::Duration kLeastDuplicateWindow = absl::Minutes(2);
constexpr size_t kLogIdBytes = 16;
constexpr char kDescribed[] = "KYC Gateway's event log ";

absl::Status Refused(absl::string_view why) {
  return absl::FailedPreconditionError(absl::StrCat("The stream ", why));
}

// "KYC Gateway's event log ID CHECK", both in hex. CHECK shows that the look-up key is the log's.
std::string Describe(const std::string& log_id, const LogKeys& keys) {
  return absl::StrCat(kDescribed, absl::BytesToHexString(log_id), " ",
                      absl::BytesToHexString(LookupDigest(keys.check, log_id)));
}

absl::StatusOr<std::string> LogIdIn(absl::string_view description, const LogKeys& keys) {
  if (!absl::ConsumePrefix(&description, kDescribed) || description.size() < 2 * kLogIdBytes) {
    return Refused("belongs to another application");
  }
  const std::string log_id = absl::HexStringToBytes(description.substr(0, 2 * kLogIdBytes));
  if (absl::StrCat(kDescribed, description) != Describe(log_id, keys)) {
    return Refused("was made with another look-up key; that key can never change");
  }
  return log_id;
}

std::string SubjectPrefix(const StreamOptions& options, const std::string& log_id) {
  return absl::StrCat(options.subject_prefix, ".", absl::BytesToHexString(log_id));
}

absl::Status Check(const StreamInfo& info, const StreamOptions& options,
                   absl::string_view subject_prefix) {
  if (info.subject != absl::StrCat(subject_prefix, ".>")) {
    return Refused("holds other subjects than subject_prefix says");
  }
  if (info.storage != "file" || info.retention != "limits") {
    return Refused("must keep its messages in files, by limits");
  }
  if (info.max_messages_per_subject > 0) return Refused("keeps too few messages of a subject");
  if (info.duplicate_window_ns < absl::ToInt64Nanoseconds(kLeastDuplicateWindow)) {
    return Refused("must look for duplicates within 2 minutes at least");
  }
  if (info.replicas < options.replicas) {
    return Refused(absl::StrCat("has ", info.replicas, " replicas, fewer than ", options.replicas));
  }
  if (options.synced && info.leader_is_old) {
    return Refused(
        "cannot promise SYNCED: its leader is a nats-server older than 2.10, which has no "
        "sync_interval: always");
  }
  return absl::OkStatus();
}

absl::StatusOr<StreamState> StateOf(const StreamInfo& info, const StreamOptions& options,
                                    const LogKeys& keys) {
  absl::StatusOr<std::string> log_id = LogIdIn(info.description, keys);
  if (!log_id.ok()) return log_id.status();
  std::string subject_prefix = SubjectPrefix(options, *log_id);
  if (absl::Status status = Check(info, options, subject_prefix); !status.ok()) return status;
  return StreamState{*std::move(log_id), std::move(subject_prefix), info.first_sequence,
                     info.last_sequence, info.leader_is_old};
}

absl::StatusOr<StreamInfo> Ask(Connection& connection, const std::string& subject,
                               absl::string_view request) {
  const absl::StatusOr<Message> answer = connection.Request(subject, request, kRequestTimeout);
  if (!answer.ok()) return answer.status();
  return ReadStreamInfo(*answer);
}

}  // namespace

absl::StatusOr<StreamState> LookAtStream(Connection& connection, const StreamOptions& options,
                                         const LogKeys& keys) {
  const absl::StatusOr<StreamInfo> info = Ask(connection, StreamInfoSubject(options.name), "");
  if (!info.ok()) return info.status();
  return StateOf(*info, options, keys);
}

absl::StatusOr<StreamState> PrepareStream(Connection& connection, const StreamOptions& options,
                                          const LogKeys& keys) {
  absl::StatusOr<StreamState> state = LookAtStream(connection, options, keys);
  if (!absl::IsNotFound(state.status())) return state;
  const std::string log_id = crypto::RandomBytes(kLogIdBytes);
  const StreamPlan plan = {.name = options.name,
                           .subject_prefix = SubjectPrefix(options, log_id),
                           .description = Describe(log_id, keys),
                           .replicas = options.replicas,
                           .max_age = options.max_age};
  const absl::StatusOr<StreamInfo> made =
      Ask(connection, StreamCreateSubject(options.name), StreamCreateRequest(plan));
  // Another gateway may have made it meanwhile: then that one's counts.
  if (!made.ok() && !absl::IsAlreadyExists(made.status())) return made.status();
  return LookAtStream(connection, options, keys);
}

absl::StatusOr<absl::optional<Kept>> MessageAt(Connection& connection, absl::string_view stream,
                                               int64_t sequence) {
  const absl::StatusOr<Message> answer =
      connection.Request(GetSubject(stream), BySequenceRequest(sequence), kRequestTimeout);
  if (!answer.ok()) return answer.status();
  return ReadKept(*answer);
}

}  // namespace kyc::events::jetstream
