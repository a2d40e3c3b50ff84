#include "tools/benchmarks/h2_connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace kyc::bench {
namespace {

constexpr int kWidestWindow = (1 << 30) - 1;
// Below it, copying costs less than another piece for writev.
constexpr size_t kCopiedAtMost = 4096;
constexpr size_t kFrameHead = 9;

absl::string_view Text(const uint8_t* bytes, size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

// nghttp2 copies neither: both outlive the request's encoding.
nghttp2_nv Header(absl::string_view name, absl::string_view value) {
  const auto bytes = [](absl::string_view text) {
    return reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(),
          NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE};
}

}  // namespace

std::string Fault(const CallEnd& end, int expected_grpc_status) {
  if (end.http2_error != 0 && end.grpc_status < 0) {
    return absl::StrCat("HTTP/2 error ", end.http2_error);
  }
  if (end.http_status != 200) return absl::StrCat("HTTP status ", end.http_status);
  if (end.grpc_status == expected_grpc_status) return "";
  return absl::StrCat("grpc-status ", end.grpc_status, " ", end.message);
}

// nghttp2's callbacks. `user` is the connection, the stream's user data is its Stream.
struct H2Connection::Callbacks {
  static H2Connection& Connection(void* user) { return *static_cast<H2Connection*>(user); }
  static Stream* StreamOf(nghttp2_session* session, int32_t id) {
    return static_cast<Stream*>(nghttp2_session_get_stream_user_data(session, id));
  }

  static ssize_t Send(nghttp2_session*, const uint8_t* bytes, size_t size, int, void* user) {
    Outbox& outbox = Connection(user).outbox_;
    if (!outbox.HasRoom()) return NGHTTP2_ERR_WOULDBLOCK;
    outbox.Copy(Text(bytes, size));
    return static_cast<ssize_t>(size);
  }

  static ssize_t Read(nghttp2_session*, int32_t, uint8_t*, size_t size, uint32_t* flags,
                      nghttp2_data_source* source, void*) {
    const Stream& stream = *static_cast<Stream*>(source->ptr);
    *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    if (stream.unsent.size() <= size) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(std::min(size, stream.unsent.size()));
  }

  static int SendData(nghttp2_session*, nghttp2_frame*, const uint8_t* head, size_t size,
                      nghttp2_data_source* source, void* user) {
    Outbox& outbox = Connection(user).outbox_;
    if (!outbox.HasRoom()) return NGHTTP2_ERR_WOULDBLOCK;
    absl::string_view& unsent = static_cast<Stream*>(source->ptr)->unsent;
    outbox.Copy(Text(head, kFrameHead));
    if (size <= kCopiedAtMost) {
      outbox.Copy(unsent.substr(0, size));
    } else {
      outbox.Refer(unsent.substr(0, size));
    }
    unsent.remove_prefix(size);
    return 0;
  }

  static int OnHeader(nghttp2_session* session, const nghttp2_frame* frame, const uint8_t* name,
                      size_t name_size, const uint8_t* value, size_t value_size, uint8_t, void*) {
    Stream* stream = StreamOf(session, frame->hd.stream_id);
    if (stream == nullptr) return 0;
    const absl::string_view key = Text(name, name_size);
    const absl::string_view text = Text(value, value_size);
    if (key == ":status") {
      (void)absl::SimpleAtoi(text, &stream->end.http_status);
    } else if (key == "grpc-status") {
      (void)absl::SimpleAtoi(text, &stream->end.grpc_status);
    } else if (key == "grpc-message") {
      stream->end.message = std::string(text);
    }
    return 0;
  }

  static int OnData(nghttp2_session* session, uint8_t, int32_t id, const uint8_t* bytes,
                    size_t size, void* user) {
    Stream* stream = StreamOf(session, id);
    if (stream != nullptr) stream->listener->OnData(Text(bytes, size));
    if (Connection(user).reading_ == Reading::kByListener) {
      nghttp2_session_consume_connection(session, size);
      if (stream == nullptr || stream->listener->TakesAtOnce()) {
        nghttp2_session_consume_stream(session, id, size);
      }
    }
    return 0;
  }

  static int OnClose(nghttp2_session* session, int32_t id, uint32_t error, void* user) {
    Stream* stream = StreamOf(session, id);
    if (stream == nullptr) return 0;
    stream->end.http2_error = error;
    const CallEnd end = std::move(stream->end);
    Connection(user).unused_.push_back(stream);
    stream->listener->OnEnd(end);
    return 0;
  }

  static nghttp2_session* NewSession(H2Connection& connection) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_send_callback(callbacks, Send);
    nghttp2_session_callbacks_set_send_data_callback(callbacks, SendData);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, OnHeader);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, OnData);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, OnClose);
    nghttp2_option* option = nullptr;
    nghttp2_option_new(&option);
    nghttp2_option_set_no_auto_window_update(option, connection.reading_ == Reading::kByListener);
    nghttp2_session* session = nullptr;
    nghttp2_session_client_new2(&session, callbacks, &connection, option);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    return session;
  }
};

absl::StatusOr<std::unique_ptr<H2Connection>> H2Connection::Open(Poller& poller, uint16_t port,
                                                                 Reading reading, OnLost on_lost,
                                                                 Speaks speaks) {
  absl::StatusOr<Wire> wire = Wire::Open(port, speaks);
  if (!wire.ok()) return wire.status();
  std::unique_ptr<H2Connection> connection(new H2Connection(
      poller, *std::move(wire), absl::StrCat("127.0.0.1:", port), reading, std::move(on_lost)));
  connection->Flush();
  return connection;
}

H2Connection::H2Connection(Poller& poller, Wire wire, std::string authority, Reading reading,
                           OnLost on_lost)
    : poller_(poller),
      wire_(std::move(wire)),
      authority_(std::move(authority)),
      reading_(reading),
      on_lost_(std::move(on_lost)),
      session_(Callbacks::NewSession(*this)) {
  poller_.Add(wire_.descriptor(), *this);
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE,
       static_cast<uint32_t>(reading == Reading::kAll ? kWidestWindow
                                                      : NGHTTP2_INITIAL_WINDOW_SIZE)}};
  nghttp2_submit_settings(session_.get(), NGHTTP2_FLAG_NONE, settings, 2);
  nghttp2_session_set_local_window_size(session_.get(), NGHTTP2_FLAG_NONE, 0, kWidestWindow);
}

H2Connection::~H2Connection() { poller_.Remove(wire_.descriptor()); }

H2Connection::Stream* H2Connection::NewStream() {
  if (unused_.empty()) return &streams_.emplace_back();
  Stream* stream = unused_.back();
  unused_.pop_back();
  return stream;
}

int32_t H2Connection::Call(const CallKind& kind, absl::string_view message,
                           CallListener& listener) {
  Stream* stream = NewStream();
  *stream = {&listener, message, {}};
  std::array<nghttp2_nv, 8> headers = {Header(":method", "POST"),
                                       Header(":scheme", "http"),
                                       Header(":path", kind.path),
                                       Header(":authority", authority_),
                                       Header("content-type", "application/grpc"),
                                       Header("te", "trailers")};
  size_t count = 6;
  if (!kind.deadline.empty()) headers[count++] = Header("grpc-timeout", kind.deadline);
  if (!kind.authorization.empty()) headers[count++] = Header("authorization", kind.authorization);
  nghttp2_data_provider body{};
  body.source.ptr = stream;
  body.read_callback = Callbacks::Read;
  return nghttp2_submit_request(session_.get(), nullptr, headers.data(), count, &body, stream);
}

void H2Connection::Take(int32_t call, size_t bytes) {
  nghttp2_session_consume_stream(session_.get(), call, bytes);
}

void H2Connection::Flush() {
  Outbox::Written written = Outbox::Written::kAll;
  while (!lost_ && written == Outbox::Written::kAll) {
    if (nghttp2_session_send(session_.get()) != 0) return Lose();
    if (outbox_.empty()) break;
    written = wire_.Write(outbox_);
  }
  if (written == Outbox::Written::kBroken) return Lose();
  const bool tell = written == Outbox::Written::kSome;
  if (tell != writable_told_) poller_.TellWritable(wire_.descriptor(), *this, tell);
  writable_told_ = tell;
}

void H2Connection::OnReady(uint32_t epoll_events) {
  static char buffer[1 << 18];  // One loop, one thread: shared by all connections.
  if (lost_) return;
  if ((epoll_events & ~EPOLLOUT) != 0) {
    ssize_t size = 0;
    do {  // What TLS has taken from the socket is told by no event.
      size = wire_.Read(buffer, sizeof buffer);
      if (size == 0 || (size < 0 && errno != EAGAIN)) return Lose();
      if (size > 0 && nghttp2_session_mem_recv(session_.get(), reinterpret_cast<uint8_t*>(buffer),
                                               static_cast<size_t>(size)) < 0) {
        return Lose();
      }
    } while (size == sizeof buffer);
  }
  Flush();
}

void H2Connection::Lose() {
  if (std::exchange(lost_, true)) return;
  poller_.Remove(wire_.descriptor());
  on_lost_();
}

}  // namespace kyc::bench
