// Whether an upstream can be reached, without asking it anything.
#ifndef SERVER_UPSTREAM_PROBE_H_
#define SERVER_UPSTREAM_PROBE_H_

#include <string>

#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/upstream/transfer_options.h"

namespace kyc::upstream {

struct Probed {
  // How far it came.
  enum class End {
    kNoAddress,  // Its name, or that of the proxy before it, leads nowhere.
    kNoConnection,
    kUntrusted,  // The certificate does not verify, and `why` says what of it.
    kReached,
  };
  End end = End::kNoConnection;
  std::string why = {};   // In a phrase, of what did not come so far.
  std::string host = {};  // Whose name was to be looked up; empty where that is an address.
  int addresses = 0;
  absl::Duration look_up = {};
  bool encrypted = false;
  absl::optional<absl::Time> certified_until = {};  // The first certificate of its chain that ends.
};

// Looks up the name, connects as a call does (through the proxy, with TLS), and hangs up: no
// request is sent. Blocks, for at most twice `patience`; for a program that does nothing else.
Probed Probe(const std::string& url, const TransferOptions& options, absl::Duration patience);

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_PROBE_H_
