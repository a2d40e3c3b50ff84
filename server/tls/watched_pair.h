// The pair of one listener, followed through the changes of its files.
#ifndef SERVER_TLS_WATCHED_PAIR_H_
#define SERVER_TLS_WATCHED_PAIR_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/call/current.h"
#include "server/config/disk.h"
#include "server/config/settings.h"
#include "server/tls/pair.h"

namespace kyc::tls {

// What a look found.
struct Found {
  enum class What {
    kNothing,   // All is as it was.
    kNewPair,   // It is used from now on.
    kUnusable,  // What is there now is not used. Told once for each fault.
    kExpired,   // The pair in use has expired, and none is there to replace it. Told once.
  };
  What what = What::kNothing;
  std::string line;     // For the log: what it is and what to do. Empty where nothing was found.
  absl::Duration left;  // How long the pair in use is still valid.
};

// Made and looked at by one thread, main's, and blocks there while it reads; Get is thread-safe.
class WatchedPair {
 public:
  // The pair must be usable. An error is one line for the operator.
  static absl::StatusOr<std::shared_ptr<WatchedPair>> Open(const config::Listener& listener,
                                                           absl::Time now);

  // Reads the files if one of them has changed, or if what was read last could not be used. Files
  // that change meanwhile, or have just changed, are read again at the next look.
  Found Look(absl::Time now);

  // What new connections use. Whoever has got a pair keeps that one.
  std::shared_ptr<const Pair> Get() const { return pair_.Get(); }
  const config::Listener& listener() const { return listener_; }

 private:
  explicit WatchedPair(const config::Listener& listener) : listener_(listener) {}

  // The files as they are, and until when that is valid.
  absl::StatusOr<absl::Time> Read(Pair& pair, absl::Time now);
  Found Unusable(absl::string_view why, absl::Time now);
  Found Unchanged(absl::Time now);

  const config::Listener listener_;
  Current<Pair> pair_;
  absl::Time valid_until_;   // The pair in use.
  config::Stamps stamps_;    // Of the files, before they were read last.
  bool read_again_ = false;  // At the next look, whatever the stamps are.
  std::string fault_;        // Of what was read last; empty if there was none.
  bool told_expired_ = false;
};

}  // namespace kyc::tls

#endif  // SERVER_TLS_WATCHED_PAIR_H_
