// When the TLS handshakes of a listener begin, and what is told of those that fail; private to this
// room.
#ifndef SERVER_HTTP_HANDSHAKES_H_
#define SERVER_HTTP_HANDSHAKES_H_

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "server/call/few_addresses.h"
#include "server/call/ip_address.h"
#include "server/call/repeated_lines.h"
#include "server/http/server.h"
#include "server/http/wire.h"
#include "server/net/paced_line.h"
#include "server/tls/sessions.h"

namespace kyc::http {

using Clock = std::chrono::steady_clock;
using Timer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Executor>;

// A handshake costs this loop a millisecond or more: so many a second are begun with, of each
// source one in turn. Belongs to the listener's thread, and goes before its loop.
class Handshakes {
 public:
  // `options` has TLS.
  Handshakes(Executor loop, const ServerOptions& options);

  // Waits for the turn of a connection of this source. `wake` is its own; whoever cancels it ends
  // the wait. False: its turn has not come and does not come.
  Task<bool> AwaitTurn(const std::string& source, Timer& wake);
  // For whoever has its turn. Null: there is no memory.
  tls::Owned<SSL> Begin() { return sessions_.Begin(); }
  // A handshake ended so: what is counted, and a line where the peer, or whoever configured it, is
  // to blame.
  void Tell(boost::system::error_code end, const IpAddress& from);

 private:
  void ServeThoseInTurn();

  const std::string name_;
  Metrics* const metrics_;
  tls::Sessions sessions_;
  net::PacedLine line_;
  absl::flat_hash_map<uint64_t, Timer*> waiting_;
  uint64_t last_id_ = 0;
  Timer next_turn_;
  RepeatedLines lines_;
  FewAddresses addresses_;
};

}  // namespace kyc::http

#endif  // SERVER_HTTP_HANDSHAKES_H_
