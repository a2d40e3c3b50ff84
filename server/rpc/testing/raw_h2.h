// A caller for tests that sends exactly the HTTP/2 frames it is told to.
#ifndef SERVER_RPC_TESTING_RAW_H2_H_
#define SERVER_RPC_TESTING_RAW_H2_H_

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/rpc/error_details.pb.h"

namespace kyc::rpc {

// One connection to 127.0.0.1. Frames are made by the const functions and sent by Send, several in
// one write where a test wants that. It acknowledges the server's settings and pings by itself
// as it reads them, and never opens a window: the one it announces is all that the server may use.
// Every read gives up after 20 s. Not thread-safe.
class RawH2 {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;
  // What came on a stream.
  struct Stream {
    std::map<std::string, std::string> headers;  // Trailers included.
    size_t data_bytes = 0;
    bool ended = false;  // By END_STREAM or a reset.
    bool reset = false;
    // -1 while there is none.
    int grpc_status() const;
    google::rpc::ErrorInfo info() const;  // Empty if it has none.
    std::string reason() const { return info().reason(); }
    std::string outcome() const;
  };

  // `window` is what each stream may be sent; `from` the address it comes from.
  explicit RawH2(int port, uint32_t window = 65535, const char* from = "127.0.0.1");
  ~RawH2();
  RawH2(const RawH2&) = delete;
  RawH2& operator=(const RawH2&) = delete;

  // Its order counts: send calls in the order of making them.
  std::string Call(int32_t stream, absl::string_view path, const Headers& more = {});
  // gRPC's five bytes and the message; `announced` in place of its size.
  static std::string Message(int32_t stream, absl::string_view message, bool last = true);
  static std::string MessagePart(int32_t stream, uint32_t announced, absl::string_view part);
  static std::string Reset(int32_t stream);
  static std::string Ping();
  static std::string OpenWindow(int32_t stream, uint32_t by);

  // What the server does not take because it has closed is dropped; whether it took all.
  bool Send(absl::string_view frames);

  // Reads until `seen`, the connection's end or the time limit; whether `seen`.
  bool Await(const std::function<bool()>& seen);
  bool AwaitEnd(int32_t stream) {
    return Await([&] { return streams[stream].ended; });
  }
  // Until nothing came for that long.
  void ReadFor(int milliseconds);

  // Whether it acknowledges pings as they are read, and so that a GOAWAY came.
  bool answers_pings = true;

  std::map<int32_t, Stream> streams;
  int pongs = 0;
  std::vector<std::pair<uint32_t, uint32_t>> goaways;  // Last stream, error.
  bool closed = false;

 private:
  bool ReadSome(int milliseconds);
  void OnFrame(uint8_t type, uint8_t flags, int32_t stream, absl::string_view payload);
  void OnHeaders(int32_t stream, uint8_t flags, absl::string_view block);

  int socket_;
  std::string unread_;
  std::string block_;  // Of headers that go on in the next frame.
  nghttp2_hd_deflater* deflater_ = nullptr;
  nghttp2_hd_inflater* inflater_ = nullptr;
};

}  // namespace kyc::rpc

#endif  // SERVER_RPC_TESTING_RAW_H2_H_
