#include "server/events/postgres/personal_rows.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/crypto/mac.h"
#include "server/events/log_keys.h"
#include "server/events/personal_act.h"
#include "server/events/postgres/call_key_rows.h"
#include "server/events/postgres/event_rows.h"
#include "server/events/read_bounds.h"

namespace kyc::events::postgres {
namespace {

using Answer = absl::StatusOr<ActedOn>;

// References of accounts, of which a row of `reference` is kept as long as any of their events.
struct Keys {
  std::vector<std::string> references;
  std::vector<std::string> accounts;

  std::vector<Value> Values() const {
    return {Value::ByteArrays({references.begin(), references.end()}),
            Value::ByteArrays({accounts.begin(), accounts.end()})};
  }
};

constexpr Statement kByReference = {
    "act_by_reference",
    "SELECT reference_digest, account_digest FROM reference WHERE reference_digest = $1::bytea "
    "AND (length($2::bytea) = 0 OR account_digest IN ($2::bytea, ''::bytea)) "
    "UNION SELECT reference_digest, account_digest FROM event WHERE reference_digest = $1::bytea "
    "AND (length($2::bytea) = 0 OR account_digest = $2::bytea)"};
constexpr Statement kByCustomer = {
    "act_by_customer",
    "SELECT DISTINCT reference_digest, account_digest FROM event WHERE cust_id_digest = $1::bytea "
    "AND (length($2::bytea) = 0 OR account_digest = $2::bytea)"};

#define KYC_OF_KEYS                        \
  "(reference_digest, account_digest) IN " \
  "(SELECT * FROM unnest($1::bytea[], $2::bytea[]))"

// The newest first: what comes next is as the newest is.
constexpr Statement kRestrict = {
    "act_restrict",
    "UPDATE event SET restricted = $3::bigint WHERE sequence IN (SELECT sequence FROM event "
    "WHERE " KYC_OF_KEYS " AND restricted <> $3::bigint ORDER BY sequence DESC LIMIT $4::bigint)"};
constexpr Statement kRestrictReferences = {
    "act_restrict_references", "UPDATE reference SET restricted = $3::bigint WHERE " KYC_OF_KEYS};
constexpr Statement kErase = {
    "act_erase",
    "UPDATE event SET reference_digest = e.reference, cust_id_digest = NULL, type_digest = '', "
    "restricted = 0, sealed_fields = e.fields, sealed_raw_body = e.raw_body "
    "FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[]) "
    "AS e (sequence, reference, fields, raw_body) WHERE event.sequence = e.sequence"};
// Not removed, for which this process has no right: nothing finds it, and it ages out.
constexpr Statement kForget = {
    "act_forget",
    "UPDATE reference SET reference_digest = k.forgotten "
    "FROM unnest($1::bytea[], $2::bytea[], $3::bytea[]) AS k (reference, account, forgotten) "
    "WHERE reference_digest = k.reference AND account_digest = k.account"};

std::string ToEraseSql() {
  return absl::StrCat("SELECT ", kEventColumns, " FROM event WHERE ", KYC_OF_KEYS,
                      " ORDER BY sequence LIMIT $3::bigint");
}
#undef KYC_OF_KEYS

absl::StatusOr<Keys> KeysOf(Connection& connection, absl::Duration limit,
                            const SubjectDigests& subject) {
  const bool by_reference = !subject.reference.empty();
  Trip trip;
  trip.Add(by_reference ? kByReference : kByCustomer,
           {Value::Bytes(by_reference ? subject.reference : subject.cust_id),
            Value::Bytes(subject.account)});
  const absl::StatusOr<std::vector<Rows>> answers = connection.Run(trip, limit);
  if (!answers.ok()) return answers.status();
  Keys keys;
  for (int row = 0; row < answers->front().size(); ++row) {
    keys.references.emplace_back(answers->front().Bytes(row, 0));
    keys.accounts.emplace_back(answers->front().Bytes(row, 1));
  }
  return keys;
}

std::vector<Value> WithRandom(const Keys& keys) {
  std::vector<std::string> random;
  for (size_t i = 0; i < keys.references.size(); ++i) {
    random.push_back(crypto::RandomBytes(kLookupDigestBytes));
  }
  std::vector<Value> values = keys.Values();
  values.push_back(Value::ByteArrays({random.begin(), random.end()}));
  return values;
}

absl::StatusOr<ActedOn> EraseKeys(Connection& connection, absl::Duration limit,
                                  const LogIdentity& log, const PersonalAct& act, const Keys& keys,
                                  absl::Time now) {
  Trip look;
  std::vector<Value> which = keys.Values();
  which.push_back(Value::Integer(kEventsPerAct));
  look.Add(ToEraseSql(), which);
  const absl::StatusOr<std::vector<Rows>> found = connection.Run(look, limit);
  if (!found.ok()) return found.status();
  const Rows& rows = found->front();
  std::vector<int64_t> sequences;
  std::vector<ErasedColumns> erased;
  for (int row = 0; row < rows.size(); ++row) {
    const EventRow columns = EventRowIn(rows, row);
    sequences.push_back(columns.sequence);
    erased.push_back(Erase(columns, act.caller, now, log));
  }
  std::vector<absl::optional<absl::string_view>> references, fields, bodies;
  for (const ErasedColumns& columns : erased) {
    references.emplace_back(columns.reference_digest);
    fields.emplace_back(columns.sealed.fields);
    bodies.emplace_back(columns.sealed.raw_body);
  }
  ActedOn acted{.events = rows.size(), .more = rows.size() == kEventsPerAct};
  Trip write;
  write.Add(kErase, {Value::Integers(sequences), Value::ByteArrays(references),
                     Value::ByteArrays(fields), Value::ByteArrays(bodies)});
  if (!acted.more) write.Add(kForget, WithRandom(keys));
  if (absl::Status status = connection.Run(write, limit).status(); !status.ok()) return status;
  return acted;
}

absl::StatusOr<ActedOn> RestrictKeys(Connection& connection, absl::Duration limit, bool restricted,
                                     const Keys& keys) {
  std::vector<Value> of_references = keys.Values();
  of_references.push_back(Value::Integer(restricted ? 1 : 0));
  std::vector<Value> of_events = of_references;
  of_events.push_back(Value::Integer(kEventsPerAct));
  Trip trip;
  trip.Add(kRestrict, std::move(of_events)).Add(kRestrictReferences, std::move(of_references));
  const absl::StatusOr<std::vector<Rows>> answers = connection.Run(trip, limit);
  if (!answers.ok()) return answers.status();
  const int64_t changed = answers->front().affected();
  return ActedOn{.events = changed, .more = changed == kEventsPerAct};
}

}  // namespace

absl::StatusOr<Answer> Act(Connection& connection, absl::Duration limit, const LogIdentity& log,
                           const PersonalAct& act, absl::Time now) {
  const SubjectDigests subject = DigestsOf(act.subject, log.keys);
  const absl::StatusOr<Keys> keys = KeysOf(connection, limit, subject);
  if (!keys.ok()) return keys.status();
  const bool one_account = !subject.reference.empty() && subject.account.empty();
  if (one_account && keys->references.size() > 1) return Answer(SeveralAccounts());
  int64_t answers = 0;
  if (act.kind == PersonalAct::Kind::kErase) {
    const absl::StatusOr<int64_t> erased =
        EraseAnswers(connection, limit, subject.call, kEventsPerAct);
    if (!erased.ok()) return erased.status();
    answers = *erased;
  }
  if (keys->references.empty() && answers == 0) return Answer(SubjectNotFound());
  if (keys->references.empty() || answers == kEventsPerAct) {
    return Answer(ActedOn{.answers = answers, .more = answers == kEventsPerAct});
  }
  absl::StatusOr<ActedOn> acted =
      act.kind == PersonalAct::Kind::kErase
          ? EraseKeys(connection, limit, log, act, *keys, now)
          : RestrictKeys(connection, limit, act.kind == PersonalAct::Kind::kRestrict, *keys);
  if (!acted.ok()) return acted.status();
  acted->answers = answers;
  return acted;
}

}  // namespace kyc::events::postgres
