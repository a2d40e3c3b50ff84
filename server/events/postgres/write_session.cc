#include "server/events/postgres/write_session.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "server/events/postgres/append_rows.h"
#include "server/events/postgres/audit_rows.h"
#include "server/events/postgres/personal_rows.h"
#include "server/events/postgres/reference_rows.h"
#include "server/events/postgres/sealing_keys.h"

namespace kyc::events::postgres {
namespace {

// Of each trip. The server's own limits are shorter.
constexpr absl::Duration kTripLimit = absl::Seconds(2);

constexpr Statement kCommit = {"commit", "COMMIT"};

constexpr Statement kEventIdAt = {"event_id_at",
                                  "SELECT event_id FROM event WHERE sequence = $1::bigint"};

constexpr Statement kRewritten = {"rewritten", "UPDATE log SET rewritten = rewritten + 1"};

constexpr Statement kNotify = {"notify", "NOTIFY kyc_log"};

void PutAnswers(const Plan& plan, std::vector<WriteRequest>& requests) {
  auto answer = plan.answers.begin();
  for (WriteRequest& request : requests) {
    if (auto* append = std::get_if<AppendRequest>(&request)) append->answer = *answer++;
  }
}

// Nothing but claims and ends, which may come to no change.
bool OnlyAsks(const WriteBatch& batch) {
  return std::all_of(batch.requests.begin(), batch.requests.end(), [](const WriteRequest& each) {
    return std::holds_alternative<ClaimRequest>(each) ||
           std::holds_alternative<SettleRequest>(each);
  });
}

}  // namespace

WriteBatch PrepareBatch(std::vector<WriteRequest> requests, const LogIdentity& log) {
  WriteBatch batch;
  batch.requests = std::move(requests);
  for (const WriteRequest& request : batch.requests) {
    const auto* append = std::get_if<AppendRequest>(&request);
    if (append != nullptr) batch.events.push_back(Prepare(append->notification, log));
  }
  return batch;
}

absl::StatusOr<std::unique_ptr<WriteSession>> WriteSession::Open(LogContext& context,
                                                                 QuarantineLimits limits) {
  absl::StatusOr<Primary> primary =
      ConnectToOurs(context, WriterName(context.log.sealer.seals_with()), WriterSettings());
  if (!primary.ok()) return primary.status();
  return std::unique_ptr<WriteSession>(new WriteSession(context, limits, *std::move(primary)));
}

absl::StatusOr<WriteSession::Committed> WriteSession::Commit(WriteBatch& batch, absl::Time now,
                                                             const absl::optional<Attempt>& unsure,
                                                             Fate& fate) {
  fate = Fate::kNotCommitted;
  attempt_.reset();
  found_unsure_ = false;
  QuarantineWrites quarantine(batch.requests, limits_);
  CallKeyWrites keys(batch.requests);
  UsageWrites usage(batch.requests);
  absl::StatusOr<Locked> locked = Lock(batch, unsure, quarantine, keys, usage);
  if (!locked.ok()) return locked.status();
  if (absl::Status may = MaySealOn(locked->row); !may.ok()) return may;
  const bool is_there = found_unsure_ && !batch.events.empty() &&
                        batch.events.front().event_id == unsure->first_event_id;
  if (is_there) {
    // The answers of that attempt are in the requests. Until this ends well they are still unsure.
    fate = Fate::kUnknown;
    attempt_ = unsure;
    if (absl::Status ended = EndUnwritten(locked->row); !ended.ok()) return ended;
    return Committed{};
  }
  if (absl::Status acted = ActOnAll(batch, now, *locked, keys, fate); !acted.ok()) return acted;
  if (absl::Status looked_up = LookUpOlder(batch, *locked); !looked_up.ok()) return looked_up;
  const Plan plan = Judge(batch.events, locked->row.newest, locked->references, locked->older, now);
  PutAnswers(plan, batch.requests);
  keys.Judge(context_.run_id, context_.key_clock.At(locked->row.lived));
  if (OnlyAsks(batch) && !keys.changes()) {
    if (absl::Status ended = EndUnwritten(locked->row); !ended.ok()) return ended;
    return Committed{};
  }
  return Write(plan, now, quarantine, keys, usage, fate);
}

absl::StatusOr<WriteSession::Locked> WriteSession::Lock(const WriteBatch& batch,
                                                        const absl::optional<Attempt>& unsure,
                                                        QuarantineWrites& quarantine,
                                                        CallKeyWrites& keys, UsageWrites& usage) {
  Trip trip;
  trip.Add(kBegin).Add(kLockLogRow);
  AskReferences(batch.events, trip);
  trip.Add(kEventIdAt, {Value::Integer(unsure.has_value() ? unsure->first_sequence : 0)});
  const size_t keys_at = trip.size();
  if (!keys.empty()) keys.Ask(trip);
  const size_t usage_at = trip.size();
  if (!usage.empty()) usage.Ask(trip);
  const size_t quarantine_at = trip.size();
  quarantine.Ask(context_.log, trip);
  const absl::StatusOr<std::vector<Rows>> answers = primary_.connection->Run(trip, kTripLimit);
  if (!answers.ok()) return answers.status();
  const Rows& head = (*answers)[1];
  if (head.size() == 0) return Unreachable("its log has no head");
  Locked locked;
  locked.row = LogRowIn(head);
  if (locked.row.log_id != context_.log.log_id) return Unreachable("its log is another one");
  const Place known = context_.progress.newest();
  if (locked.row.newest.sequence < known.sequence) {
    return Unreachable("its log ends before what is known to be kept");
  }
  if (locked.row.lived < context_.progress.lived()) {
    return Unreachable("it lacks calls' keys that are known to be kept");
  }
  locked.references = ReferencesIn((*answers)[2], batch.events);
  const Rows& event_id = (*answers)[3];
  found_unsure_ =
      unsure.has_value() && event_id.size() > 0 && event_id.Bytes(0, 0) == unsure->first_event_id;
  if (!keys.empty()) keys.Take((*answers)[keys_at]);
  if (!usage.empty()) usage.Take((*answers)[usage_at]);
  quarantine.Take(*answers, quarantine_at);
  return locked;
}

// Before the batch is judged: what comes after is as they leave it.
absl::Status WriteSession::ActOnAll(WriteBatch& batch, absl::Time now, Locked& locked,
                                    CallKeyWrites& keys, Fate& fate) {
  rewrites_ = false;
  std::vector<const AuditNote*> notes;
  for (WriteRequest& request : batch.requests) {
    if (const auto* noted = std::get_if<NoteRequest>(&request)) {
      for (const AuditNote& note : noted->notes) notes.push_back(&note);
    }
    auto* act = std::get_if<ActRequest>(&request);
    if (act == nullptr) continue;
    absl::StatusOr<absl::StatusOr<ActedOn>> acted =
        Act(*primary_.connection, kTripLimit, context_.log, act->act, now);
    if (!acted.ok()) return acted.status();
    act->answer = *std::move(acted);
    rewrites_ = rewrites_ || act->answer.ok();
  }
  if (!notes.empty()) {
    const absl::Status noted =
        WriteAudit(*primary_.connection, kTripLimit, context_.log, notes, now);
    if (!SqlStateOf(noted).empty()) fate = Fate::kNotesRefused;
    if (!noted.ok()) return noted;
  }
  if (!rewrites_) return absl::OkStatus();
  Trip trip;
  AskReferences(batch.events, trip);
  if (!keys.empty()) keys.Ask(trip);
  const absl::StatusOr<std::vector<Rows>> answers = primary_.connection->Run(trip, kTripLimit);
  if (!answers.ok()) return answers.status();
  locked.references = ReferencesIn(answers->front(), batch.events);
  if (!keys.empty()) keys.Take(answers->back());
  return absl::OkStatus();
}

absl::Status WriteSession::LookUpOlder(const WriteBatch& batch, Locked& locked) {
  const Contents contents = OlderContentsToLookUp(batch.events, locked.references);
  if (contents.empty()) return absl::OkStatus();
  Trip trip;
  AskOlder(contents, trip);
  const absl::StatusOr<std::vector<Rows>> answers = primary_.connection->Run(trip, kTripLimit);
  if (!answers.ok()) return answers.status();
  locked.older = OlderIn(answers->front());
  return absl::OkStatus();
}

absl::StatusOr<WriteSession::Committed> WriteSession::Write(const Plan& plan, absl::Time now,
                                                            QuarantineWrites& quarantine,
                                                            const CallKeyWrites& keys,
                                                            const UsageWrites& usage, Fate& fate) {
  Trip trip;
  if (!plan.rows.empty()) {
    AddRows(plan, trip);
    if (!rewrites_) trip.Add(kNotify);
    attempt_ = Attempt{plan.rows.front().place.sequence, plan.rows.front().event->event_id};
  }
  if (rewrites_) trip.Add(kRewritten).Add(kNotify);
  if (keys.changes()) keys.Write(trip);
  usage.Write(context_.run_id, trip);
  const size_t quarantine_at = trip.size();
  quarantine.Write(context_.log, now, trip);
  const size_t commit_at = trip.size();
  trip.Add(kCommit);
  context_.proof.Ask(trip);
  primary_.connection->TakeNotices();
  const absl::StatusOr<std::vector<Rows>> answers = primary_.connection->Run(trip, kTripLimit);
  // An error that the server sent before its answer to COMMIT skipped that. Lost or late, it may
  // have been committed.
  if (!answers.ok()) {
    const bool refused =
        !SqlStateOf(answers.status()).empty() && primary_.connection->answered() <= commit_at;
    fate = refused ? Fate::kNotCommitted : Fate::kUnknown;
    return answers.status();
  }
  fate = Fate::kUnknown;
  quarantine.TakeWritten(*answers, quarantine_at);
  if ((*answers)[commit_at].tag() != "COMMIT") {
    return Unreachable("it answered COMMIT by something else");
  }
  if (primary_.connection->TakeNotices()) {
    return Unreachable("it warned at COMMIT: a wait for a standby may have been cancelled");
  }
  const absl::StatusOr<Proven> proven =
      context_.proof.Await(answers->back(), *primary_.connection, kTripLimit);
  if (!proven.ok()) return proven.status();
  context_.Advance(plan.newest, *proven);
  if (keys.changes()) context_.progress.AdvanceLived(keys.lived());
  if (!quarantine.empty()) quarantine_used_ratio_ = quarantine.used_ratio();
  return Committed{static_cast<int64_t>(plan.rows.size()), plan.repeats};
}

absl::Status WriteSession::EndUnwritten(const LogRow& row) {
  Trip trip;
  trip.Add(kRollback);
  context_.proof.Ask(trip);
  const absl::StatusOr<std::vector<Rows>> answers = primary_.connection->Run(trip, kTripLimit);
  if (!answers.ok()) return answers.status();
  const absl::StatusOr<Proven> proven =
      context_.proof.Await(answers->back(), *primary_.connection, kTripLimit);
  if (!proven.ok()) return proven.status();
  context_.Advance(row.newest, *proven);
  context_.progress.AdvanceLived(row.lived);
  return absl::OkStatus();
}

// Whoever replaces keys counts that under the lock of the head: so nothing is sealed with one that
// is closed, by whichever process.
absl::Status WriteSession::MaySealOn(const LogRow& row) {
  if (row.keys_changed == keys_seen_) return absl::OkStatus();
  const int64_t key = context_.log.sealer.seals_with();
  const absl::StatusOr<bool> may = MaySeal(*primary_.connection, kTripLimit, key);
  if (!may.ok()) return may.status();
  if (!*may)
    return Unreachable(absl::StrCat("sealing key ", key,
                                    " is being replaced, and seals "
                                    "nothing any more: put the newer one first in this process's "
                                    "configuration, and restart it"));
  keys_seen_ = row.keys_changed;
  return absl::OkStatus();
}

absl::Status WriteSession::LookAround() {
  const absl::StatusOr<double> ratio = ReadUsedRatio(*primary_.connection, kTripLimit, limits_);
  if (!ratio.ok()) return ratio.status();
  quarantine_used_ratio_ = *ratio;
  const absl::StatusOr<bool> may_note = MayWriteAudit(*primary_.connection, kTripLimit);
  if (!may_note.ok()) return may_note.status();
  may_note_ = *may_note ? absl::OkStatus() : LacksAuditRights();
  return absl::OkStatus();
}

absl::Status WriteSession::Rehearse() {
  return postgres::Rehearse(*primary_.connection, context_.log, kTripLimit);
}

absl::Status WriteSession::Probe() {
  Trip trip;
  trip.Add(kBegin).Add(kLockLogRow);
  const absl::StatusOr<std::vector<Rows>> answers = primary_.connection->Run(trip, kTripLimit);
  if (!answers.ok()) return answers.status();
  const LogRow row = LogRowIn(answers->back());
  if (absl::Status may = MaySealOn(row); !may.ok()) return may;
  return EndUnwritten(row);
}

}  // namespace kyc::events::postgres
