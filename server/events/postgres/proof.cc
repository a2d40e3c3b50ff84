#include "server/events/postgres/proof.h"

#include <chrono>
#include <utility>

#include "absl/strings/ascii.h"
#include "server/events/postgres/await.h"

namespace kyc::events::postgres {
namespace {

using Clock = std::chrono::steady_clock;

constexpr absl::Duration kBetweenQuestions = absl::Milliseconds(5);

// After a COMMIT that waited for the disk, the place up to which the primary has flushed is behind
// it. Later activity moves that place on, so who asks again says which one is meant: $2, else 0.
// Of the standbys that have it only those count for which the primary waits by name: under Patroni
// no other may lead next, so that what only others have is lost with the primary. "*" names none:
// Patroni writes it while it has found none, and whoever attaches then may not lead. Where the
// primary waits for nobody, each counts. Names are compared as the server does: $1 is in lower
// case.
constexpr Statement kAsk = {
    "proof",
    "SELECT l, (SELECT count(DISTINCT lower(application_name)) FROM pg_stat_replication "
    "WHERE lower(application_name) = ANY($1::text[]) AND flush_lsn >= l "
    "AND (sync_state IN ('sync', 'quorum') OR waits_for = '') AND position('*' IN waits_for) = 0), "
    "current_setting('synchronous_commit') <> 'off' AND current_setting('fsync') = 'on', "
    "('x' || substr(pg_walfile_name(l), 1, 8))::bit(32)::int "
    "FROM (SELECT coalesce(nullif($2::pg_lsn, '0/0'), pg_current_wal_flush_lsn()) AS l, "
    "btrim(current_setting('synchronous_standby_names')) AS waits_for) AS now"};
// For engines without a write-ahead log of this kind: their word is taken.
constexpr Statement kTakeItsWord = {"proof_by_engine", "SELECT 0::bigint, 0::bigint, true, 0"};

Proven ProvenIn(const Rows& answer) {
  if (answer.size() == 0) return Proven();
  return {.lsn = answer.Integer(0, 0),
          .standbys = answer.Integer(0, 1),
          .timeline = answer.Integer(0, 3),
          .commits_wait = answer.Integer(0, 2) != 0};
}

}  // namespace

Proof::Proof(Durability durability) : durability_(std::move(durability)) {
  for (const std::string& name : durability_.names) {
    names_.push_back(absl::AsciiStrToLower(name));
  }
}

int64_t TimelineIn(const Rows& answer) { return ProvenIn(answer).timeline; }

void Proof::Ask(Trip& trip) const {
  if (durability_.by == Durability::By::kEngine) {
    trip.Add(kTakeItsWord);
  } else {
    trip.Add(kAsk, {Value::Texts(names_), Value::Integer(0)});
  }
}

absl::StatusOr<Proven> Proof::Await(const Rows& answer, Connection& connection,
                                    absl::Duration limit) const {
  const Clock::time_point end = Clock::now() + absl::ToChronoNanoseconds(limit);
  Proven proven = ProvenIn(answer);
  while (!Suffices(proven)) {
    if (!proven.commits_wait) return Unreachable("its commits do not wait for the disk");
    const absl::Duration left = absl::FromChrono(end - Clock::now());
    if (left <= absl::ZeroDuration()) return Unreachable("too few standbys have what was written");
    postgres::Await(std::min(left, kBetweenQuestions));
    Trip again;
    again.Add(kAsk, {Value::Texts(names_), Value::Integer(proven.lsn)});
    const absl::StatusOr<std::vector<Rows>> answers = connection.Run(again, left);
    if (!answers.ok()) return answers.status();
    proven = ProvenIn(answers->back());
  }
  return proven;
}

bool Proof::Suffices(const Proven& proven) const {
  if (!proven.commits_wait) return false;
  return durability_.by != Durability::By::kStandbys || proven.standbys >= durability_.standbys;
}

}  // namespace kyc::events::postgres
