#include "server/netzme/stream/shown_events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace kyc::netzme {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

void Add(int64_t sequence, const std::string& reference, const std::string& cust_id,
         ::netzme::v1::ListUpgradesResponse& page) {
  auto* event = page.add_events();
  event->set_sequence(sequence);
  event->set_original_reference_no(reference);
  event->set_cust_id(cust_id);
}

// "R1/C1 3-5" of each.
std::vector<std::string> Notes(const ::netzme::v1::ListUpgradesResponse& page) {
  std::vector<std::string> lines;
  for (const events::AuditNote& note : NotesOfPage({.caller = "ann", .act = "List"}, page)) {
    EXPECT_EQ(note.caller, "ann");
    lines.push_back(absl::StrCat(note.reference, "/", note.cust_id, " ", note.first_sequence, "-",
                                 note.last_sequence));
  }
  return lines;
}

TEST(ShownEvents, AnEmptyPageShowsNothing) { EXPECT_THAT(Notes({}), IsEmpty()); }

TEST(ShownEvents, APageOfFewReferencesIsNotedByThem) {
  ::netzme::v1::ListUpgradesResponse page;
  for (int64_t sequence : {50, 40, 30}) Add(sequence, "R1", "C1", page);
  Add(20, "R1", "C2", page);
  Add(10, "", "", page);  // Restricted, or erased.
  EXPECT_THAT(Notes(page), ElementsAre("/ 10-10", "R1/C1 30-50", "R1/C2 20-20"));
}

TEST(ShownEvents, APageOfManyIsNotedByItsSequences) {
  ::netzme::v1::ListUpgradesResponse page;
  for (int i = 0; i < 8; ++i) Add(100 - i, absl::StrCat("R", i), "C", page);
  EXPECT_EQ(Notes(page).size(), 8u);
  Add(7, "R8", "C", page);
  EXPECT_THAT(Notes(page), ElementsAre("/ 7-100"));
}

}  // namespace
}  // namespace kyc::netzme
