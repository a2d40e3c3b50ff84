#include "server/events/postgres/reference_rows.h"

#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace kyc::events::postgres {
namespace {

// All accounts of the references, as an account may have to be looked for under none.
constexpr Statement kReferences = {
    "references",
    "SELECT reference_digest, account_digest, sequence, revision, status, content_digest, "
    "restricted FROM reference WHERE reference_digest = ANY($1::bytea[])"};

// Among the newest 1,000 events of each reference, so that one that is sent endlessly stays cheap.
constexpr Statement kOlder = {
    "older",
    "SELECT DISTINCT w.reference, w.account, w.content "
    "FROM unnest($1::bytea[], $2::bytea[], $3::bytea[]) AS w (reference, account, content), "
    "LATERAL (SELECT account_digest, content_digest FROM event "
    "WHERE reference_digest = w.reference ORDER BY sequence DESC LIMIT 1000) AS e "
    "WHERE e.account_digest = w.account AND e.content_digest = w.content"};

}  // namespace

void AskReferences(const std::vector<PreparedEvent>& events, Trip& trip) {
  std::vector<absl::optional<absl::string_view>> references;
  for (const PreparedEvent& event : events) references.emplace_back(event.digests.reference);
  trip.Add(kReferences, {Value::ByteArrays(references)});
}

// What has no account stands for the account that has none of its own, without its content: whose
// that was is not known.
References ReferencesIn(const Rows& rows, const std::vector<PreparedEvent>& events) {
  References all;
  for (int row = 0; row < rows.size(); ++row) {
    all[{std::string(rows.Bytes(row, 0)), std::string(rows.Bytes(row, 1))}] = {
        .sequence = rows.Integer(row, 2),
        .revision = rows.Integer(row, 3),
        .status = static_cast<::netzme::v1::UpgradeStatus>(rows.Integer(row, 4)),
        .content_digest = std::string(rows.Bytes(row, 5)),
        .restricted = rows.Integer(row, 6) != 0};
  }
  for (const PreparedEvent& event : events) {
    const auto nobodys = all.find({event.digests.reference, ""});
    if (nobodys == all.end()) continue;
    ReferenceState state = nobodys->second;
    state.content_digest.clear();
    all.try_emplace({event.digests.reference, event.digests.account}, std::move(state));
  }
  return all;
}

void AskOlder(const Contents& contents, Trip& trip) {
  std::vector<absl::optional<absl::string_view>> references, accounts, digests;
  for (const auto& [key, content] : contents) {
    references.emplace_back(key.first);
    accounts.emplace_back(key.second);
    digests.emplace_back(content);
  }
  trip.Add(kOlder, {Value::ByteArrays(references), Value::ByteArrays(accounts),
                    Value::ByteArrays(digests)});
}

Contents OlderIn(const Rows& rows) {
  Contents older;
  for (int row = 0; row < rows.size(); ++row) {
    older.emplace(ReferenceKey(std::string(rows.Bytes(row, 0)), std::string(rows.Bytes(row, 1))),
                  std::string(rows.Bytes(row, 2)));
  }
  return older;
}

}  // namespace kyc::events::postgres
