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

constexpr int64_t kBudget = kControlFramesAtOnce * kPingsForOne;
constexpr int64_t kNsPerPing = 1'000'000'000 / (kControlFramesPerSecond * kPingsForOne);

// In pings. Data and windows are bounded by the windows and by what they cost to send, calls by the
// server.
int64_t PriceOf(uint8_t type, uint8_t flags, uint32_t length) {
  switch (type) {
    case kHeaders:
    case kContinuation:
    case kWindowUpdate:
      return 0;
    case kData:
      // With any other flag libgrpc resets the stream, which costs it what a caller's own reset
      // does.
      if ((flags & ~kEndStream) != 0) return kPingsForOne;
      // An empty one ends a stream, once, or is for nothing.
      return length > 0 || flags != 0 ? 0 : kPingsForOne;
    case kPing:
      return 1;
    case kSettings:
      return (flags & kAck) != 0 ? 1 : kPingsForOne;
    default:
      return kPingsForOne;
  }
}

}  // namespace

Excess FrameCounter::Take(absl::string_view bytes, int64_t steady_ns) {
  while (excess_ == Excess::kNone && !bytes.empty()) {
    switch (state_) {
      case State::kPreface:
        bytes.remove_prefix(TakePreface(bytes));
        break;
      case State::kHead:
        bytes.remove_prefix(TakeHead(bytes, steady_ns));
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

size_t FrameCounter::TakeHead(absl::string_view bytes, int64_t steady_ns) {
  const size_t part = std::min(bytes.size(), kHeadBytes - seen_);
  std::memcpy(head_.data() + seen_, bytes.data(), part);
  seen_ += part;
  if (seen_ < kHeadBytes) return part;
  seen_ = 0;
  payload_left_ = uint32_t{head_[0]} << 16 | uint32_t{head_[1]} << 8 | head_[2];
  if (payload_left_ > 0) state_ = State::kPayload;
  Judge(steady_ns);
  return part;
}

size_t FrameCounter::TakePayload(absl::string_view bytes) {
  const size_t part = std::min<size_t>(bytes.size(), payload_left_);
  payload_left_ -= static_cast<uint32_t>(part);
  if (payload_left_ == 0) state_ = State::kHead;
  return part;
}

void FrameCounter::Judge(int64_t steady_ns) {
  const uint8_t type = head_[3];
  const uint8_t flags = head_[4];
  if (type == kHeaders || type == kContinuation) CountHeaderBlock(type, flags);
  const int64_t price = PriceOf(type, flags, payload_left_);
  if (price > 0) Pay(price, steady_ns);
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

void FrameCounter::Pay(int64_t price, int64_t steady_ns) {
  const int64_t gained = (steady_ns - filled_ns_) / kNsPerPing;
  if (gained >= kBudget - budget_) {
    budget_ = kBudget;
    filled_ns_ = steady_ns;
  } else {
    budget_ += gained;
    filled_ns_ += gained * kNsPerPing;
  }
  budget_ -= price;
  if (budget_ < 0) excess_ = Excess::kControlFrames;
}

}  // namespace kyc::frames
