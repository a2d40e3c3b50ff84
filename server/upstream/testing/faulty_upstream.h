// An HTTP upstream whose connections end at every possible moment, and that counts what it got.
#ifndef SERVER_UPSTREAM_TESTING_FAULTY_UPSTREAM_H_
#define SERVER_UPSTREAM_TESTING_FAULTY_UPSTREAM_H_

#include <cstdint>
#include <map>
#include <memory>
#include <queue>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/upstream/testing/fault_plan.h"

namespace kyc::upstream {

// Ends connections as PlanOf(seed, ...) says, and now and then its listener with all that waits to
// be accepted. One thread, for thousands of connections. Its sockets take little at a time, so that
// the peer of a large body must wait in the middle of it.
class FaultyUpstream {
 public:
  explicit FaultyUpstream(uint64_t seed);
  ~FaultyUpstream();
  FaultyUpstream(const FaultyUpstream&) = delete;
  FaultyUpstream& operator=(const FaultyUpstream&) = delete;

  std::string url() const;

  // Reads on until every peer has closed its connections, which they must now do by themselves.
  // What follows is then complete.
  void Finish();

  // How many whole bodies equal to this one arrived, and how many in all.
  int WholeBodies(const std::string& body) const;
  int AllWholeBodies() const { return all_whole_; }

  // How often a fault struck, by "moment ending first" or "moment ending reused" (a connection that
  // had served a request before); also "listener".
  const std::map<std::string, int>& struck() const { return struck_; }

 private:
  struct Connection {
    int socket;
    int number;
    int index = -1;  // Of the request, once its first byte came.
    FaultPlan plan = {};
    std::string head = {};
    std::string body = {};
    size_t body_size = 0;
    bool in_body = false;
    bool paused = false;  // Nothing is read.
    bool mute = false;    // It only reads: our side has ended.
  };
  // Something that happens when that many events have.
  struct Later {
    int64_t due;
    int number;  // Of the connection, which may be gone by then.
    bool operator<(const Later& other) const { return due > other.due; }
  };

  void Run();
  void Listen();
  void EndListening();
  void Accept();
  void Wait(const Connection& connection) {
    later_.push({events_ + connection.plan.wait, connection.number});
  }
  void RunLater();
  // Each of these may end the connection, which is then gone.
  void Read(Connection& connection);
  void BeginRequest(Connection& connection);
  void ReadHead(Connection& connection);
  void ReadBody(Connection& connection);
  void TakeWholeBody(Connection& connection);
  void Answer(Connection& connection);
  void Strike(Connection& connection);
  void End(Connection& connection);

  void Watch(const Connection& connection, bool add);

  const uint64_t seed_;
  const int epoll_;
  const int wake_;
  uint16_t port_ = 0;  // Set by the constructor.
  // All the thread's, until it ends.
  int listener_ = -1;
  int64_t listens_at_ = 0;  // While there is no listener: when it comes back, in events.
  int64_t events_ = 0;
  int accepted_ = 0;
  bool finishing_ = false;
  std::map<int, std::unique_ptr<Connection>> connections_;  // By number.
  std::priority_queue<Later> later_;
  std::map<size_t, int> whole_;  // By the body's hash.
  int all_whole_ = 0;
  std::map<std::string, int> struck_;
  std::thread thread_;
};

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_TESTING_FAULTY_UPSTREAM_H_
