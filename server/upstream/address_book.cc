#include "server/upstream/address_book.h"

#include "absl/strings/str_join.h"

namespace kyc::upstream {

const AddressBook::Addresses& AddressBook::Find(const std::string& host, Clock::time_point now) {
  Entry& entry = entries_[host];
  const bool waits = entry.asked && now < *entry.asked + kPatience;
  if (!waits && now >= entry.due) {
    entry.asked = now;
    look_up_(host);
  }
  return entry.addresses;
}

void AddressBook::Take(const std::string& host, const Resolver::Answer& answer,
                       Clock::time_point now) {
  Entry& entry = entries_[host];
  entry.asked.reset();
  if (!answer.ok()) {
    if (!entry.addresses.list.empty()) entry.due = now + kRetryAfter;
    return;
  }
  entry.due = now + max_age_;
  std::string list = absl::StrJoin(*answer, ",");
  if (list == entry.addresses.list) return;
  entry.addresses = {std::move(list), entry.addresses.version + 1};
}

}  // namespace kyc::upstream
