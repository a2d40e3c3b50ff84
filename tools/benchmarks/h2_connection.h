// A gRPC client's connection, made to cost far less than any server: HTTP/2 by libnghttp2, no
// copies of requests, no threads, no parsing.
#ifndef TOOLS_BENCHMARKS_H2_CONNECTION_H_
#define TOOLS_BENCHMARKS_H2_CONNECTION_H_

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tools/benchmarks/outbox.h"
#include "tools/benchmarks/poller.h"
#include "tools/benchmarks/wire.h"

namespace kyc::bench {

// How a call ended, as the server said it.
struct CallEnd {
  int http_status = 0;
  int grpc_status = -1;  // -1: it said none.
  std::string message;
  uint32_t http2_error = 0;
};

// Empty if the call ended in order, with this status; else what was wrong.
std::string Fault(const CallEnd& end, int expected_grpc_status = 0);

// Hears of one call. OnEnd is the last it hears, and may start the next call.
class CallListener {
 public:
  virtual ~CallListener() = default;
  virtual void OnData(absl::string_view part) = 0;
  virtual void OnEnd(const CallEnd& end) = 0;
  // Whether it has taken what it was given, so that the server may send as much again. Asked only
  // on connections of Reading::kByListener; what it has not taken at once, Take takes.
  virtual bool TakesAtOnce() const { return true; }
};

// What the requests of one kind of call have in common. Outlives its calls.
struct CallKind {
  std::string path;                // "/package.Service/Method"
  std::string deadline = {};       // As grpc-timeout wants it, like "5000m"; empty: none.
  std::string authorization = {};  // Empty: none.
};

// Single-threaded; the loop's. Nothing that it refers to is owned.
class H2Connection : public Pollable {
 public:
  enum class Reading {
    kAll,         // Windows so large that they never hold the server back.
    kByListener,  // 64 KiB a call, opened again as its listener takes.
  };
  using OnLost = std::function<void()>;

  static absl::StatusOr<std::unique_ptr<H2Connection>> Open(Poller& poller, uint16_t port,
                                                            Reading reading, OnLost on_lost,
                                                            Speaks speaks = Speaks::kPlaintext);
  ~H2Connection() override;

  // Starts a call; Flush sends. `message` has gRPC's prefix; it, kind and listener outlive the
  // call.
  int32_t Call(const CallKind& kind, absl::string_view message, CallListener& listener);
  // Lets the server send so many bytes more on this call.
  void Take(int32_t call, size_t bytes);
  void Flush();

  void OnReady(uint32_t epoll_events) override;

 private:
  struct Stream {
    CallListener* listener;
    absl::string_view unsent;
    CallEnd end;
  };
  struct Callbacks;
  struct EndSession {
    void operator()(nghttp2_session* session) const { nghttp2_session_del(session); }
  };

  H2Connection(Poller& poller, Wire wire, std::string authority, Reading reading, OnLost on_lost);
  void Lose();
  Stream* NewStream();

  Poller& poller_;
  Wire wire_;
  const std::string authority_;
  const Reading reading_;
  const OnLost on_lost_;
  Outbox outbox_;
  bool writable_told_ = false;
  bool lost_ = false;
  std::deque<Stream> streams_;  // Stable addresses: nghttp2 holds them.
  std::vector<Stream*> unused_;
  std::unique_ptr<nghttp2_session, EndSession> session_;
};

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_H2_CONNECTION_H_
