// An HTTP upstream that answers with whatever bytes a test wants.
#ifndef TESTS_SUPPORT_SCRIPTED_UPSTREAM_H_
#define TESTS_SUPPORT_SCRIPTED_UPSTREAM_H_

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"

namespace kyc::tests {

// The gateway at the other end of a connection. Blocking; belongs to the connection's thread.
class ScriptedPeer {
 public:
  explicit ScriptedPeer(int socket) : socket_(socket) {}

  // Reads one whole request; none if the peer closed.
  struct Request {
    std::string head;
    std::string body;
  };
  absl::optional<Request> ReadRequest();
  // The same, and forgets it.
  bool TakeRequest() { return ReadRequest().has_value(); }
  // False once the peer is gone.
  bool Write(absl::string_view bytes);
  // Writes `bytes` again and again, so many bytes in all or until the peer is gone.
  void WriteOver(absl::string_view bytes, size_t in_all);
  // Whether the peer closes (or sends something) within this time.
  bool ClosesWithin(absl::Duration patience);

 private:
  const int socket_;
};

// A thread for each connection, which ends when `script` returns. Thread-safe.
class ScriptedUpstream {
 public:
  explicit ScriptedUpstream(std::function<void(ScriptedPeer&)> script);
  // Ends all connections.
  ~ScriptedUpstream();
  ScriptedUpstream(const ScriptedUpstream&) = delete;
  ScriptedUpstream& operator=(const ScriptedUpstream&) = delete;

  std::string url() const;

 private:
  void Accept();

  const std::function<void(ScriptedPeer&)> script_;
  uint16_t port_ = 0;  // Set while listener_ is made.
  const int listener_;
  std::mutex mutex_;
  std::vector<int> sockets_;  // Guarded by mutex_; -1: closed.
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace kyc::tests

#endif  // TESTS_SUPPORT_SCRIPTED_UPSTREAM_H_
