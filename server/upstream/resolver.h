// Looks up the addresses of hosts.
#ifndef SERVER_UPSTREAM_RESOLVER_H_
#define SERVER_UPSTREAM_RESOLVER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace kyc::upstream {

// By getaddrinfo, which may block for as long as it likes and cannot be stopped: so each look-up
// has a thread of its own for the time that it takes. There are at most kMostOfAHost for a
// host, the second for where the first hangs, and kMostAtOnce in all; what is beyond waits for its
// turn. Thread-safe. Owned by the loop.
class Resolver {
 public:
  static constexpr int kMostAtOnce = 4;
  static constexpr int kMostOfAHost = 2;

  // Numeric addresses, in the order of preference, at least one. An error says why there is none.
  using Answer = absl::StatusOr<std::vector<std::string>>;
  // Runs on a thread of the resolver's, but not once the resolver is destroyed. Must not block.
  using OnAnswer = std::function<void(const std::string& host, Answer answer)>;

  explicit Resolver(OnAnswer on_answer);
  // Waits for no look-up: one that hangs is left to itself.
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // Begins a look-up, unless there is one of this host that waits for its turn, or too many run.
  void LookUp(const std::string& host);

 private:
  struct State;

  // Its threads' too, which may outlive it.
  const std::shared_ptr<State> state_;
};

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_RESOLVER_H_
