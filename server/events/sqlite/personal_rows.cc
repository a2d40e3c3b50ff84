#include "server/events/sqlite/personal_rows.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/events/personal_act.h"
#include "server/events/read_bounds.h"
#include "server/events/sqlite/call_key_rows.h"
#include "server/events/sqlite/reads.h"

namespace kyc::events {
namespace {

// A reference of an account.
struct Key {
  std::string reference;
  std::string account;
};

constexpr char kByReference[] =
    "SELECT ?1, account_digest FROM event WHERE reference_digest = ?1 "
    "UNION SELECT ?1, account_digest FROM reference WHERE reference_digest = ?1";
constexpr char kByCustomer[] =
    "SELECT DISTINCT reference_digest, account_digest FROM event INDEXED BY event_by_cust_id "
    "WHERE cust_id_digest = ?1";

constexpr char kOfKey[] = " FROM event WHERE reference_digest = ? AND account_digest = ? ";

absl::StatusOr<std::vector<Key>> KeysOf(Database& database, const SubjectDigests& subject) {
  const bool by_reference = !subject.reference.empty();
  absl::StatusOr<Statement> query = database.Prepare(by_reference ? kByReference : kByCustomer);
  if (!query.ok()) return query.status();
  query->Bind(by_reference ? subject.reference : subject.cust_id);
  std::vector<Key> keys;
  for (;;) {
    const absl::StatusOr<bool> row = query->Step();
    if (!row.ok()) return row.status();
    if (!*row) return keys;
    Key key{std::string(query->Bytes(0)), std::string(query->Bytes(1))};
    const bool wanted =
        subject.account.empty() || key.account.empty() || key.account == subject.account;
    if (wanted) keys.push_back(std::move(key));
  }
}

absl::Status EraseRow(Statement& update, const EventRow& row, const ErasedColumns& erased) {
  return update.Bind(erased.reference_digest)
      .Bind(erased.sealed.fields)
      .Bind(erased.sealed.raw_body)
      .Bind(row.sequence)
      .Run();
}

// Erases at most `limit` events of a key, and what is remembered of it once they are the last ones.
absl::Status EraseKey(Database& database, const LogFile& file, const PersonalAct& act,
                      const Key& key, absl::Time now, ActedOn& acted) {
  absl::StatusOr<Statement> query =
      database.Prepare(absl::StrCat("SELECT ", kEventColumns, kOfKey, "ORDER BY sequence LIMIT ?"));
  if (!query.ok()) return query.status();
  absl::StatusOr<Statement> update = database.Prepare(
      "UPDATE event SET reference_digest = ?, cust_id_digest = NULL, type_digest = x'', "
      "restricted = 0, sealed_fields = ?, sealed_raw_body = ? WHERE sequence = ?");
  if (!update.ok()) return update.status();
  const int64_t limit = kEventsPerAct - acted.events;
  query->Bind(key.reference).Bind(key.account).Bind(limit);
  // All are read before the first is changed: they are changed where they are looked for.
  std::vector<std::pair<int64_t, ErasedColumns>> erased;
  for (;;) {
    const absl::StatusOr<bool> row = query->Step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    const EventRow columns = RowOf(*query);
    erased.emplace_back(columns.sequence, Erase(columns, act.caller, now, file));
  }
  for (const auto& [sequence, columns] : erased) {
    EventRow row;
    row.sequence = sequence;
    if (absl::Status status = EraseRow(*update, row, columns); !status.ok()) return status;
  }
  acted.events += static_cast<int64_t>(erased.size());
  acted.more = static_cast<int64_t>(erased.size()) == limit;
  if (acted.more) return absl::OkStatus();
  absl::StatusOr<Statement> forget =
      database.Prepare("DELETE FROM reference WHERE reference_digest = ? AND account_digest = ?");
  if (!forget.ok()) return forget.status();
  return forget->Bind(key.reference).Bind(key.account).Run();
}

// The newest first: what comes next is as the newest is.
absl::Status RestrictKey(Database& database, const Key& key, bool restricted, ActedOn& acted) {
  absl::StatusOr<Statement> events = database.Prepare(
      absl::StrCat("UPDATE event SET restricted = ? WHERE sequence IN (SELECT sequence", kOfKey,
                   "AND restricted <> ? ORDER BY sequence DESC LIMIT ?)"));
  if (!events.ok()) return events.status();
  absl::StatusOr<Statement> remembered = database.Prepare(
      "UPDATE reference SET restricted = ? WHERE reference_digest = ? AND account_digest = ?");
  if (!remembered.ok()) return remembered.status();
  const int64_t limit = kEventsPerAct - acted.events;
  events->Bind(int64_t{restricted})
      .Bind(key.reference)
      .Bind(key.account)
      .Bind(int64_t{restricted})
      .Bind(limit);
  if (absl::Status status = events->Run(); !status.ok()) return status;
  const int64_t changed = database.changes();
  acted.events += changed;
  acted.more = changed == limit;
  return remembered->Bind(int64_t{restricted}).Bind(key.reference).Bind(key.account).Run();
}

}  // namespace

absl::StatusOr<absl::StatusOr<ActedOn>> Act(Database& database, const LogFile& file,
                                            const PersonalAct& act, absl::Time now) {
  using Answer = absl::StatusOr<ActedOn>;
  const SubjectDigests subject = DigestsOf(act.subject, file.keys);
  const absl::StatusOr<std::vector<Key>> keys = KeysOf(database, subject);
  if (!keys.ok()) return keys.status();
  const bool one_account = !subject.reference.empty() && subject.account.empty();
  if (one_account && keys->size() > 1) return Answer(SeveralAccounts());
  ActedOn acted;
  if (act.kind == PersonalAct::Kind::kErase) {
    const absl::StatusOr<int64_t> answers = EraseAnswers(database, subject.call, kEventsPerAct);
    if (!answers.ok()) return answers.status();
    acted.answers = *answers;
    acted.more = *answers == kEventsPerAct;
  }
  if (keys->empty() && acted.answers == 0) return Answer(SubjectNotFound());
  for (const Key& key : *keys) {
    if (acted.more) break;
    const absl::Status status =
        act.kind == PersonalAct::Kind::kErase
            ? EraseKey(database, file, act, key, now, acted)
            : RestrictKey(database, key, act.kind == PersonalAct::Kind::kRestrict, acted);
    if (!status.ok()) return status;
  }
  return Answer(acted);
}

}  // namespace kyc::events
