// An HTTP upstream for very many calls at once that keeps its answers back.
#ifndef TESTS_SUPPORT_HOLDING_UPSTREAM_H_
#define TESTS_SUPPORT_HOLDING_UPSTREAM_H_

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace kyc::tests {

// Reads every request whole (and forgets its body), and answers all of them with HTTP 200 and
// `reply`: those that wait when Release is called, and later ones at once. One thread. Thread-safe.
class HoldingUpstream {
 public:
  // What it does not take, or give, before Release.
  enum class Holds { kAnswers, kBodies };

  explicit HoldingUpstream(std::string reply, Holds holds = Holds::kAnswers);
  ~HoldingUpstream();
  HoldingUpstream(const HoldingUpstream&) = delete;
  HoldingUpstream& operator=(const HoldingUpstream&) = delete;

  std::string url() const;

  // Waits until that many requests have arrived in all (whole; if it holds bodies, their heads);
  // false if patience ends first.
  bool AwaitArrived(size_t count) const;
  // Waits until that many connections were closed by the peer while it waited for an answer.
  bool AwaitGivenUp(size_t count) const;
  size_t arrived() const;

  void Release();

 private:
  struct Connection {
    std::string head;      // Of the request that is being read, as far as it is here.
    size_t body_left = 0;  // Of its body, once the head is whole.
    bool in_body = false;
    bool waits = false;  // For its answer, or for its body to be read.
  };

  void Run();
  void Accept();
  void Read(int socket);
  void Take(int socket, Connection& connection, const char* bytes, size_t size);
  void Arrived();
  void WholeBody(int socket, Connection& connection);
  void Watch(int file);
  bool Released() const;
  // After the release: reads the body that was held, or answers.
  void GoOn(int socket, Connection& connection);
  void Close(int socket);

  const std::string reply_;
  const Holds holds_;
  uint16_t port_ = 0;  // Set while listener_ is made.
  const int listener_;
  const int wake_;
  const int epoll_;
  std::map<int, Connection> connections_;  // The thread's, by socket.
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  size_t arrived_ = 0;   // Guarded by mutex_,
  size_t given_up_ = 0;  // and these too.
  bool released_ = false;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace kyc::tests

#endif  // TESTS_SUPPORT_HOLDING_UPSTREAM_H_
