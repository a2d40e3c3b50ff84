#include "server/rpc/testing/raw_h2.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "google/rpc/status.pb.h"

namespace kyc::rpc {
namespace {

enum FrameType : uint8_t {
  kData = 0,
  kHeaders = 1,
  kReset = 3,
  kSettings = 4,
  kPing = 6,
  kGoaway = 7,
  kWindowUpdate = 8,
  kContinuation = 9
};
constexpr uint8_t kEndStream = 1, kAck = 1, kEndHeaders = 4;
constexpr size_t kMaxFrame = 16384;
constexpr int kPatienceMs = 20'000;

std::string Number(uint32_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text.push_back(static_cast<char>(value >> (8 * i)));
  return text;
}

uint32_t NumberAt(absl::string_view text, size_t at, int bytes) {
  uint32_t value = 0;
  for (int i = 0; i < bytes; ++i) value = value << 8 | static_cast<uint8_t>(text[at + i]);
  return value;
}

std::string Frame(FrameType type, uint8_t flags, int32_t stream, absl::string_view payload) {
  return Number(static_cast<uint32_t>(payload.size()), 3) + static_cast<char>(type) +
         static_cast<char>(flags) + Number(static_cast<uint32_t>(stream), 4) + std::string(payload);
}

// In as many frames as it takes.
std::string DataFrames(int32_t stream, absl::string_view bytes, bool last) {
  std::string frames;
  do {
    const absl::string_view part = bytes.substr(0, kMaxFrame);
    bytes.remove_prefix(part.size());
    frames += Frame(kData, last && bytes.empty() ? kEndStream : 0, stream, part);
  } while (!bytes.empty());
  return frames;
}

nghttp2_nv Field(const std::pair<std::string, std::string>& header) {
  const auto bytes = [](const std::string& text) {
    return reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
  };
  return {bytes(header.first), bytes(header.second), header.first.size(), header.second.size(),
          NGHTTP2_NV_FLAG_NONE};
}

}  // namespace

int RawH2::Stream::grpc_status() const {
  const auto at = headers.find("grpc-status");
  int status = -1;
  return at != headers.end() && absl::SimpleAtoi(at->second, &status) ? status : -1;
}

google::rpc::ErrorInfo RawH2::Stream::info() const {
  const auto at = headers.find("grpc-status-details-bin");
  std::string bytes;
  google::rpc::Status status;
  google::rpc::ErrorInfo info;
  if (at == headers.end() || !absl::Base64Unescape(at->second, &bytes) ||
      !status.ParseFromString(bytes) || status.details_size() == 0) {
    return info;
  }
  status.details(0).UnpackTo(&info);
  return info;
}

std::string RawH2::Stream::outcome() const {
  const google::rpc::ErrorInfo found = info();
  const auto at = found.metadata().find("outcome");
  return at == found.metadata().end() ? "" : at->second;
}

RawH2::RawH2(int port, uint32_t window, const char* from)
    : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  inet_pton(AF_INET, from, &address.sin_addr);
  bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address));
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  closed = connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0;
  const int yes = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
  nghttp2_hd_deflate_new(&deflater_, 4096);
  nghttp2_hd_inflate_new(&inflater_);
  constexpr uint32_t kInitialWindow = 4;
  Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" +
       Frame(kSettings, 0, 0, Number(kInitialWindow, 2) + Number(window, 4)));
}

RawH2::~RawH2() {
  close(socket_);
  nghttp2_hd_deflate_del(deflater_);
  nghttp2_hd_inflate_del(inflater_);
}

std::string RawH2::Call(int32_t stream, absl::string_view path, const Headers& more) {
  Headers headers = {{":method", "POST"},
                     {":scheme", "http"},
                     {":path", std::string(path)},
                     {":authority", "localhost"},
                     {"content-type", "application/grpc"},
                     {"te", "trailers"}};
  headers.insert(headers.end(), more.begin(), more.end());
  std::vector<nghttp2_nv> fields;
  for (const auto& header : headers) fields.push_back(Field(header));
  std::string block(nghttp2_hd_deflate_bound(deflater_, fields.data(), fields.size()), 0);
  block.resize(nghttp2_hd_deflate_hd(deflater_, reinterpret_cast<uint8_t*>(block.data()),
                                     block.size(), fields.data(), fields.size()));
  std::string frames;
  for (size_t at = 0; at == 0 || at < block.size(); at += kMaxFrame) {
    const bool last = at + kMaxFrame >= block.size();
    frames += Frame(at == 0 ? kHeaders : kContinuation, last ? kEndHeaders : 0, stream,
                    absl::string_view(block).substr(at, kMaxFrame));
  }
  return frames;
}

std::string RawH2::Message(int32_t stream, absl::string_view message, bool last) {
  const auto size = static_cast<uint32_t>(message.size());
  return DataFrames(stream, std::string(1, 0) + Number(size, 4) + std::string(message), last);
}

std::string RawH2::MessagePart(int32_t stream, uint32_t announced, absl::string_view part) {
  return DataFrames(stream, std::string(1, 0) + Number(announced, 4) + std::string(part), false);
}

std::string RawH2::Reset(int32_t stream) {
  constexpr uint32_t kCancel = 8;
  return Frame(kReset, 0, stream, Number(kCancel, 4));
}

std::string RawH2::Ping() { return Frame(kPing, 0, 0, "8 bytes."); }

std::string RawH2::OpenWindow(int32_t stream, uint32_t by) {
  return Frame(kWindowUpdate, 0, stream, Number(by, 4));
}

bool RawH2::Send(absl::string_view frames) {
  while (!frames.empty()) {
    const ssize_t sent = send(socket_, frames.data(), frames.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    frames.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool RawH2::Await(const std::function<bool()>& seen) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
  while (!seen()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    if (closed || left.count() <= 0 || !ReadSome(static_cast<int>(left.count()))) return seen();
  }
  return true;
}

void RawH2::ReadFor(int milliseconds) {
  while (!closed && ReadSome(milliseconds)) {
  }
}

// False if nothing came in that time.
bool RawH2::ReadSome(int milliseconds) {
  pollfd ready = {socket_, POLLIN, 0};
  if (poll(&ready, 1, milliseconds) <= 0) return false;
  char bytes[65536];
  const ssize_t got = recv(socket_, bytes, sizeof(bytes), 0);
  if (got <= 0) {
    closed = true;
    return true;
  }
  unread_.append(bytes, static_cast<size_t>(got));
  constexpr size_t kHead = 9;
  while (unread_.size() >= kHead) {
    const size_t length = NumberAt(unread_, 0, 3);
    if (unread_.size() < kHead + length) break;
    const std::string frame = unread_.substr(0, kHead + length);
    unread_.erase(0, kHead + length);
    OnFrame(static_cast<uint8_t>(frame[3]), static_cast<uint8_t>(frame[4]),
            static_cast<int32_t>(NumberAt(frame, 5, 4)), absl::string_view(frame).substr(kHead));
  }
  return true;
}

void RawH2::OnFrame(uint8_t type, uint8_t flags, int32_t stream, absl::string_view payload) {
  switch (type) {
    case kData:
      streams[stream].data_bytes += payload.size();
      if ((flags & kEndStream) != 0) streams[stream].ended = true;
      break;
    case kHeaders:
    case kContinuation:
      OnHeaders(stream, flags, payload);
      break;
    case kReset:
      streams[stream].ended = streams[stream].reset = true;
      break;
    case kSettings:
      if ((flags & kAck) == 0) Send(Frame(kSettings, kAck, 0, ""));
      break;
    case kPing:
      if ((flags & kAck) != 0) {
        ++pongs;
      } else if (answers_pings) {
        Send(Frame(kPing, kAck, 0, payload));
      }
      break;
    case kGoaway:
      goaways.emplace_back(NumberAt(payload, 0, 4), NumberAt(payload, 4, 4));
      break;
    default:
      break;
  }
}

void RawH2::OnHeaders(int32_t stream, uint8_t flags, absl::string_view block) {
  Stream& to = streams[stream];
  if ((flags & kEndStream) != 0) to.ended = true;
  block_.append(block.data(), block.size());
  if ((flags & kEndHeaders) == 0) return;
  auto* at = reinterpret_cast<uint8_t*>(block_.data());
  size_t left = block_.size();
  for (int inflated = 0; (inflated & NGHTTP2_HD_INFLATE_FINAL) == 0;) {
    nghttp2_nv field;
    const ssize_t used = nghttp2_hd_inflate_hd2(inflater_, &field, &inflated, at, left, 1);
    if (used < 0) break;
    at += used;
    left -= static_cast<size_t>(used);
    if ((inflated & NGHTTP2_HD_INFLATE_EMIT) != 0) {
      to.headers[std::string(reinterpret_cast<char*>(field.name), field.namelen)] =
          std::string(reinterpret_cast<char*>(field.value), field.valuelen);
    }
  }
  nghttp2_hd_inflate_end_headers(inflater_);
  block_.clear();
}

}  // namespace kyc::rpc
