#include "server/frames/frame_counter.h"

#include <algorithm>
#include <cstring>

namespace kyc::frames {
namespace {

constexpr absl::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

enum FrameType : uint8_t {
  kData = 0,
  kHeaders = 1,
  kSettings = 4,
  kPing = 6,
  kWindowUpdate = 8,
  kContinuation = 9
};
constexpr uint8_t kEndStream = 1, kAck = 1, kEndHeaders = 4;

bool IsPing(uint8_t type, uint8_t flags) {
  return type == kPing || (type == kSettings && (flags & kAck) != 0);
}

// Beside pings.
bool IsControl(uint8_t type, uint8_t flags, uint32_t length, bool begins_call) {
  switch (type) {
    case kHeaders:
      // gRPC's callers send none on a stream that has begun.
      return !begins_call;
    case kContinuation:
    case kWindowUpdate:
      return false;
    case kData:
      // With any other flag libgrpc resets the stream, which costs it what a caller's own reset
      // does.
      if ((flags & ~kEndStream) != 0) return true;
      // An empty one ends a stream, once, or is for nothing.
      return length == 0 && flags == 0;
    default:
      return !IsPing(type, flags);
  }
}

int64_t WorkOf(uint8_t type, uint8_t flags, uint32_t length, bool begins_call) {
  switch (type) {
    case kHeaders:
    case kContinuation:
      return (begins_call ? kWorkOfACall : 1) + length / kHeaderBytesForOne;
    case kData:
      return length < kSmallPiece && (flags & kEndStream) == 0 ? kWorkOfASmallPiece : 1;
    default:
      return 1;
  }
}

Cost CostOf(uint8_t type, uint8_t flags, uint32_t length, bool begins_call) {
  return {.control = IsControl(type, flags, length, begins_call) ? 1 : 0,
          .pings = IsPing(type, flags) ? 1 : 0,
          .work = WorkOf(type, flags, length, begins_call)};
}

}  // namespace

Cost& Cost::operator+=(const Cost& more) {
  control += more.control;
  pings += more.pings;
  work += more.work;
  return *this;
}

Excess FrameCounter::Take(absl::string_view bytes, int64_t steady_ns) {
  control_.FillUp(kControl, steady_ns);
  pings_.FillUp(kPings, steady_ns);
  work_.FillUp(kWork, steady_ns);
  while (excess_ == Excess::kNone && !bytes.empty()) {
    switch (state_) {
      case State::kPreface:
        bytes.remove_prefix(TakePreface(bytes));
        break;
      case State::kHead:
        bytes.remove_prefix(TakeHead(bytes));
        break;
      case State::kPayload:
        bytes.remove_prefix(TakePayload(bytes));
        break;
    }
  }
  return excess_;
}

size_t FrameCounter::TakePreface(absl::string_view bytes) {
  const absl::string_view part = bytes.substr(0, kPreface.size() - seen_);
  if (part != kPreface.substr(seen_, part.size())) {
    excess_ = Excess::kNotHttp2;
    return part.size();
  }
  seen_ += part.size();
  if (seen_ < kPreface.size()) return part.size();
  seen_ = 0;
  state_ = State::kHead;
  return part.size();
}

size_t FrameCounter::TakeHead(absl::string_view bytes) {
  const size_t part = std::min(bytes.size(), kHeadBytes - seen_);
  std::memcpy(head_.data() + seen_, bytes.data(), part);
  seen_ += part;
  if (seen_ < kHeadBytes) return part;
  seen_ = 0;
  payload_left_ = uint32_t{head_[0]} << 16 | uint32_t{head_[1]} << 8 | head_[2];
  if (payload_left_ > 0) state_ = State::kPayload;
  Judge();
  return part;
}

size_t FrameCounter::TakePayload(absl::string_view bytes) {
  const size_t part = std::min<size_t>(bytes.size(), payload_left_);
  payload_left_ -= static_cast<uint32_t>(part);
  if (payload_left_ == 0) state_ = State::kHead;
  return part;
}

void FrameCounter::Judge() {
  const uint8_t type = head_[3];
  const uint8_t flags = head_[4];
  if (type == kHeaders || type == kContinuation) CountHeaderBlock(type, flags);
  if (excess_ != Excess::kNone) return;
  const Cost cost = CostOf(type, flags, payload_left_, type == kHeaders && BeginsCall());
  due_ += cost;
  if (!work_.Pay(cost.work)) excess_ = Excess::kWork;
  if (!control_.Pay(cost.control) || !pings_.Pay(cost.pings)) excess_ = Excess::kControlFrames;
}

bool FrameCounter::BeginsCall() {
  const uint32_t stream =
      uint32_t{head_[5]} << 24 | uint32_t{head_[6]} << 16 | uint32_t{head_[7]} << 8 | head_[8];
  if (stream <= last_call_) return false;
  last_call_ = stream;
  return true;
}

// By the length that a frame announces: what is too long is never read.
void FrameCounter::CountHeaderBlock(uint8_t type, uint8_t flags) {
  if (type == kContinuation) ++continuations_;
  block_bytes_ += payload_left_;
  if (block_bytes_ > kMaxHeaderBlock || continuations_ > kMaxContinuations) {
    excess_ = Excess::kHeaderBlock;
  }
  if ((flags & kEndHeaders) == 0) return;
  block_bytes_ = 0;
  continuations_ = 0;
}

void Allowance::FillUp(const Rate& of, int64_t steady_ns) {
  const int64_t ns_for_one = 1'000'000'000 / of.a_second;
  const int64_t gained = (steady_ns - filled_ns_) / ns_for_one;
  if (gained >= of.at_once - left_) {
    left_ = of.at_once;
    filled_ns_ = steady_ns;
  } else {
    left_ += gained;
    filled_ns_ += gained * ns_for_one;
  }
}

}  // namespace kyc::frames
