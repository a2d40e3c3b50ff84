#include "server/events/audit_row.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "server/call/secret.h"
#include "server/crypto/sealer.h"

namespace kyc::events {
namespace {

const crypto::SealingKey kOld = {1, Secret(std::string(32, 'o'))};
const crypto::SealingKey kNew = {2, Secret(std::string(32, 'n'))};

LogIdentity LogWith(std::vector<crypto::SealingKey> keys) {
  return {"0123456789abcdef", LogKeys(Secret(std::string(32, 'l'))),
          *crypto::Sealer::Make(std::move(keys))};
}

AuditRow RowOf(const LogIdentity& log) {
  AuditNote note{.caller = "ann", .act = "Get"};
  note.purpose = "complaint 4711";
  return RowAfter({}, note, absl::FromUnixSeconds(1'700'000'000), log);
}

TEST(AuditRow, AnEntryOutlivesTheKeyThatSealedItsPurpose) {
  const auto entry = EntryAfter("", RowOf(LogWith({kOld})), LogWith({kNew}));
  ASSERT_TRUE(entry.ok()) << entry.status();
  EXPECT_TRUE(entry->purpose_gone);
  EXPECT_EQ(entry->caller, "ann");
}

TEST(AuditRow, APurposeThatIsSealedAgainIsReadWithoutTheOldKeyAndTheChainHolds) {
  AuditRow row = RowOf(LogWith({kOld}));
  auto sealed = SealPurposeAgain(row.id, row.sealed_purpose, LogWith({kNew, kOld}));
  ASSERT_TRUE(sealed.ok()) << sealed.status();
  row.sealed_purpose = *std::move(sealed);
  const auto entry = EntryAfter("", row, LogWith({kNew}));
  ASSERT_TRUE(entry.ok()) << entry.status();
  EXPECT_EQ(entry->purpose, "complaint 4711");
  EXPECT_FALSE(SealPurposeAgain(row.id + 1, row.sealed_purpose, LogWith({kNew})).ok())
      << "it is one entry's";
}

}  // namespace
}  // namespace kyc::events
