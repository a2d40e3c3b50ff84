// A connection that posts JSON by HTTP/1.1, one request at a time.
#ifndef TOOLS_BENCHMARKS_POST_CONNECTION_H_
#define TOOLS_BENCHMARKS_POST_CONNECTION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tools/benchmarks/outbox.h"
#include "tools/benchmarks/poller.h"
#include "tools/benchmarks/socket.h"

namespace kyc::bench {

// Single-threaded; the loop's, which it outlives unless it dies outside of Poller::Wait.
class PostConnection : public Pollable {
 public:
  struct Reply {
    int status = 0;  // 0: the connection was lost.
    absl::string_view body;
  };
  // May post the next one.
  using OnReply = std::function<void(const Reply&)>;

  // `headers` are whole lines, each with its CRLF.
  static absl::StatusOr<std::unique_ptr<PostConnection>> Open(Poller& poller, uint16_t port,
                                                              const std::string& path,
                                                              const std::string& headers,
                                                              OnReply on_reply);
  ~PostConnection() override;

  // Only while not busy. `body`, of at most 16 KiB, is copied.
  void Post(absl::string_view body);
  bool busy() const { return busy_; }

  void OnReady(uint32_t epoll_events) override;

 private:
  PostConnection(Poller& poller, Descriptor socket, std::string head, OnReply on_reply);
  void Write();
  void ReadReply();
  void Lose();

  Poller& poller_;
  const Descriptor socket_;
  const std::string head_;  // Up to the length's value.
  const OnReply on_reply_;
  Outbox outbox_;
  std::string received_;
  bool busy_ = false;
  bool lost_ = false;
};

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_POST_CONNECTION_H_
