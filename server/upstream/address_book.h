// The addresses of the upstreams' hosts, as they were last found.
#ifndef SERVER_UPSTREAM_ADDRESS_BOOK_H_
#define SERVER_UPSTREAM_ADDRESS_BOOK_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "absl/types/optional.h"
#include "server/upstream/resolver.h"

namespace kyc::upstream {

// Used from kMaxAge on, addresses are looked up anew, but go on being used until the answer is
// there: a resolver that hangs or fails stops nobody who could be reached before, and TLS tells
// whether an old address is still the upstream's. After a failure it is tried again in
// kRetryAfter; where nothing is known yet, at the next call. A look-up without an answer for
// kPatience is given up, and another may begin.
//
// Not thread-safe: belongs to the loop's thread. Holds as many hosts as the configuration names.
class AddressBook {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kMaxAge{30};
  static constexpr std::chrono::seconds kRetryAfter{5};
  static constexpr std::chrono::seconds kPatience{30};

  struct Addresses {
    std::string list;      // "192.0.2.1,2001:db8::1"; empty: none is known.
    uint64_t version = 0;  // Another one for each change.
  };

  // `look_up` begins a look-up, whose answer goes to Take.
  explicit AddressBook(std::function<void(const std::string& host)> look_up,
                       std::chrono::seconds max_age = kMaxAge)
      : look_up_(std::move(look_up)), max_age_(max_age) {}

  // What is known of the host. If that is nothing, or old, a look-up begins, unless one runs.
  const Addresses& Find(const std::string& host, Clock::time_point now);
  void Take(const std::string& host, const Resolver::Answer& answer, Clock::time_point now);

 private:
  struct Entry {
    Addresses addresses;
    Clock::time_point due = Clock::time_point::min();  // When to look it up.
    absl::optional<Clock::time_point> asked;           // Since when a look-up runs.
  };

  const std::function<void(const std::string&)> look_up_;
  const std::chrono::seconds max_age_;
  std::map<std::string, Entry> entries_;  // By host.
};

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_ADDRESS_BOOK_H_
