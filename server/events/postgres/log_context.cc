#include "server/events/postgres/log_context.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/events/postgres/log_row.h"

namespace kyc::events::postgres {
namespace {

constexpr absl::Duration kLookLimit = absl::Seconds(2);

constexpr Statement kChainAt = {"chain_at", "SELECT chain FROM event WHERE sequence = $1::bigint"};

absl::Status HistoryLost() {
  Error error;
  error.code = absl::StatusCode::kDataLoss;
  error.reason = "LOG_HISTORY_LOST";
  error.message =
      "The event log's server lacks events that were acknowledged; nothing is served until an "
      "operator brings back the server that has them, or restarts this one to go on without";
  return ToStatus(error);
}

enum class History { kOurs, kAnotherLog, kLost };

// Whether the log there goes on from the event, and the calls' keys, that this process has proven
// last.
History Compare(const LogRow& row, const Rows& chain_there, const Place& ours, absl::Duration lived,
                const std::string& log_id) {
  if (row.log_id != log_id) return History::kAnotherLog;
  if (row.lived < lived) return History::kLost;
  if (ours.sequence <= row.trimmed.sequence) {
    const bool differs = ours.sequence == row.trimmed.sequence && ours.chain != row.trimmed.chain;
    return differs ? History::kLost : History::kOurs;
  }
  if (row.newest.sequence < ours.sequence || chain_there.size() == 0) return History::kLost;
  return chain_there.Bytes(0, 0) == ours.chain ? History::kOurs : History::kLost;
}

// Says it once, and when it is over.
void Remember(LogContext& context, const absl::Status& history, const Primary& primary,
              const LogRow& row) {
  const bool lost = !history.ok();
  if (!context.progress.SetHistory(history)) return;
  context.metrics->LogHistoryLost(lost);
  if (lost) context.TellLost(history);
  if (lost) {
    context.say(absl::StrCat(
        "HISTORY LOST: ", primary.host, " on timeline ", primary.seen.timeline,
        " takes writes, but its events end at ", row.newest.sequence,
        " or differ, or calls' keys are missing; this gateway has proven ones up to ",
        context.progress.newest().sequence,
        "; it writes and serves nothing until a server that has them takes writes, or until it is "
        "restarted to go on without them"));
  } else {
    context.say(absl::StrCat("the event log's history is whole again at ", primary.host));
  }
}

}  // namespace

absl::StatusOr<Primary> ConnectToOurs(LogContext& context, absl::string_view application_name,
                                      const std::vector<std::string>& settings) {
  absl::StatusOr<Primary> primary = context.servers.Connect(application_name, settings);
  if (!primary.ok()) return primary.status();
  const Place ours = context.progress.newest();
  const absl::Duration lived = context.progress.lived();
  Trip trip;
  trip.Add(kReadLogRow).Add(kChainAt, {Value::Integer(ours.sequence)});
  const absl::StatusOr<std::vector<Rows>> answers = primary->connection->Run(trip, kLookLimit);
  if (!answers.ok()) return answers.status();
  if (answers->front().size() == 0) return Unreachable("its log has no head");
  const LogRow row = LogRowIn(answers->front());
  switch (Compare(row, answers->back(), ours, lived, context.log.log_id)) {
    case History::kAnotherLog:
      return Unreachable("its database holds another log");
    case History::kLost:
      Remember(context, HistoryLost(), *primary, row);
      return HistoryLost();
    case History::kOurs:
      break;
  }
  Remember(context, absl::OkStatus(), *primary, row);
  context.servers.Accept(primary->seen);
  return primary;
}

std::vector<std::string> WriterSettings() {
  // The server's limits end before ours: then it is sure that nothing was committed.
  return {"SET synchronous_commit = on",
          "SET lock_timeout = '1500ms'",
          "SET statement_timeout = '1800ms'",
          "SET idle_in_transaction_session_timeout = '10s'",
          "SET jit = off",
          "SET search_path = kyc, pg_catalog"};
}

std::vector<std::string> ReaderSettings(absl::Duration statement_limit) {
  return {"SET synchronous_commit = on",
          "SET default_transaction_read_only = on",
          "SET lock_timeout = '1500ms'",
          absl::StrCat("SET statement_timeout = ", absl::ToInt64Milliseconds(statement_limit)),
          "SET idle_in_transaction_session_timeout = '10s'",
          "SET jit = off",
          "SET search_path = kyc, pg_catalog"};
}

std::vector<std::string> KeeperSettings() {
  // Whoever waits for a lock holds up all that come behind.
  return {"SET synchronous_commit = on",
          "SET lock_timeout = '1s'",
          "SET statement_timeout = 0",
          "SET idle_in_transaction_session_timeout = '10s'",
          "SET jit = off",
          "SET search_path = kyc, pg_catalog"};
}

}  // namespace kyc::events::postgres
