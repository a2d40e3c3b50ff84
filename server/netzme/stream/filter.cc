#include "server/netzme/stream/filter.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace kyc::netzme {
namespace {

using ::google::protobuf::RepeatedPtrField;
using ::netzme::v1::UpgradeFilter;

constexpr int kMaxValues = 100;
constexpr size_t kMaxTextBytes = 128;
constexpr size_t kMaxTypeBytes = 64;

void CheckCount(const char* field, int count, std::vector<Violation>& violations) {
  if (count <= kMaxValues) return;
  violations.push_back({field, absl::StrCat("must have at most ", kMaxValues, " values")});
}

void CheckTexts(const char* field, const RepeatedPtrField<std::string>& texts, size_t max_bytes,
                std::vector<Violation>& violations) {
  CheckCount(field, texts.size(), violations);
  const bool fit = std::all_of(texts.begin(), texts.end(), [max_bytes](const std::string& text) {
    return text.size() <= max_bytes;
  });
  if (!fit)
    violations.push_back(
        {field, absl::StrCat("must have values of at most ", max_bytes, " bytes")});
}

bool CanBeStatus(int status) {
  return status != ::netzme::v1::UPGRADE_STATUS_UNSPECIFIED &&
         ::netzme::v1::UpgradeStatus_IsValid(status);
}

template <typename Set>
bool Allows(const Set& set, const std::string& text) {
  return set.empty() || set.contains(text);
}

}  // namespace

absl::Time ReceivedTime(const ::netzme::v1::UpgradeEvent& event) {
  return absl::FromUnixSeconds(event.received_time().seconds()) +
         absl::Nanoseconds(event.received_time().nanos());
}

EventKey KeyOf(const ::netzme::v1::UpgradeEvent& event) {
  return {event.original_reference_no(),
          event.cust_id(),
          event.status(),
          event.type(),
          event.account(),
          ReceivedTime(event)};
}

std::vector<Violation> FilterViolations(const UpgradeFilter& filter) {
  std::vector<Violation> violations;
  CheckTexts("filter.original_reference_nos", filter.original_reference_nos(), kMaxTextBytes,
             violations);
  CheckTexts("filter.cust_ids", filter.cust_ids(), kMaxTextBytes, violations);
  CheckTexts("filter.types", filter.types(), kMaxTypeBytes, violations);
  CheckTexts("filter.accounts", filter.accounts(), kMaxTextBytes, violations);
  CheckCount("filter.statuses", filter.statuses_size(), violations);
  if (!std::all_of(filter.statuses().begin(), filter.statuses().end(), CanBeStatus)) {
    violations.push_back({"filter.statuses", "must be statuses that an event can have"});
  }
  return violations;
}

Filter::Filter(UpgradeFilter filter)
    : proto_(std::move(filter)),
      references_(proto_.original_reference_nos().begin(), proto_.original_reference_nos().end()),
      cust_ids_(proto_.cust_ids().begin(), proto_.cust_ids().end()),
      types_(proto_.types().begin(), proto_.types().end()),
      accounts_(proto_.accounts().begin(), proto_.accounts().end()) {}

bool Filter::Matches(const EventKey& key) const {
  const auto& statuses = proto_.statuses();
  return Allows(references_, key.reference) && Allows(cust_ids_, key.cust_id) &&
         Allows(types_, key.type) && Allows(accounts_, key.account) &&
         (statuses.empty() ||
          std::find(statuses.begin(), statuses.end(), key.status) != statuses.end());
}

bool Filter::MatchesEverything() const {
  return references_.empty() && cust_ids_.empty() && types_.empty() && accounts_.empty() &&
         proto_.statuses().empty();
}

}  // namespace kyc::netzme
