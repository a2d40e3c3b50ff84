// Counts what a client of HTTP/2 sends, and says when it is too much.
//
// gRPC 1.51 takes header blocks of any length before it looks at its own limit (24 MB of one cost
// it 5 to 14 s of CPU, during which nobody else is served), and as many streams as are opened and
// reset (100,000 cost it 1.3 GiB). Its options do not help; what never reaches it does.
#ifndef SERVER_FRAMES_FRAME_COUNTER_H_
#define SERVER_FRAMES_FRAME_COUNTER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/string_view.h"

namespace kyc::frames {

// Why a connection has to end.
enum class Excess {
  kNone,
  kNotHttp2,       // It does not begin with HTTP/2's preface.
  kHeaderBlock,    // A header block is too long, or in too many pieces.
  kControlFrames,  // Too many resets, settings, pings and the like.
  kWork,           // Too much in all: calls, their headers, windows, pieces of data.
  kSource,         // All connections of its source together bring too much: crowd.h.
  kCrowd           // All connections do, and its source more than others.
};

// A header block as it is sent, so compressed; and in how many frames after its first one.
inline constexpr uint32_t kMaxHeaderBlock = 64 << 10;
inline constexpr int kMaxContinuations = 64;

// What frames cost the server.
struct Cost {
  // Frames that cost the server work and the client nothing: resets, settings and the like.
  int64_t control = 0;
  // Pings and acknowledgements: some clients measure by a ping for each reply, and gRPC counts idle
  // ones by itself.
  int64_t pings = 0;
  // All frames by the server's time, in units of a microsecond or two. A call counts for what it
  // costs; so do its headers' bytes, and a small piece of data, which libgrpc keeps as dearly as a
  // larger one.
  int64_t work = 0;

  Cost& operator+=(const Cost& more);
};

inline constexpr int64_t kWorkOfACall = 20;
inline constexpr uint32_t kHeaderBytesForOne = 64;
inline constexpr int64_t kWorkOfASmallPiece = 4;
inline constexpr uint32_t kSmallPiece = 256;

// So much at once, and so much more each second.
struct Rate {
  int64_t at_once;
  int64_t a_second;
};

// What one connection may send. A caller of 2,000 calls at once whose deadlines all end at once
// stays below it, and goes on so for as long as an upstream does not answer. And libgrpc reads a
// connection for as long as something comes, on the thread that serves all others: without a bound
// of work whoever sends without a pause keeps it for himself. So at most 25,000 calls a second.
inline constexpr Rate kControl = {3'000, 2'000};
inline constexpr Rate kPings = {5'000, 10'000};
inline constexpr Rate kWork = {500'000, 500'000};

// What is left of a Rate, always the same one. A value.
class Allowance {
 public:
  constexpr explicit Allowance(const Rate& of) : left_(of.at_once) {}

  void FillUp(const Rate& of, int64_t steady_ns);
  // Whether there was enough.
  bool Pay(int64_t price) { return (left_ -= price) >= 0; }

 private:
  int64_t left_;
  int64_t filled_ns_ = 0;
};

// What one connection's client sends, from its first byte. Looks at the nine bytes before each
// frame and skips the rest; whether the frames make sense is gRPC's to judge. A value, not
// thread-safe.
class FrameCounter {
 public:
  // Looks at the next bytes, which arrived at that time of a steady clock; both may be cut
  // anywhere. Once it is not kNone it stays so, and nothing more may reach the server.
  Excess Take(absl::string_view bytes, int64_t steady_ns);
  // Ends it for a reason that others know; kNone: it does not.
  void End(Excess why) { excess_ = why; }

  // What came since it was taken last.
  const Cost& due() const { return due_; }
  Cost TakeDue() { return std::exchange(due_, {}); }

  Excess excess() const { return excess_; }
  // Whether HTTP/2's preface has come.
  bool has_begun() const { return state_ != State::kPreface; }

 private:
  static constexpr size_t kHeadBytes = 9;
  enum class State { kPreface, kHead, kPayload };

  size_t TakePreface(absl::string_view bytes);
  size_t TakeHead(absl::string_view bytes);
  size_t TakePayload(absl::string_view bytes);
  void Judge();
  void CountHeaderBlock(uint8_t type, uint8_t flags);
  bool BeginsCall();

  State state_ = State::kPreface;
  Excess excess_ = Excess::kNone;
  // Of the preface, or of a frame's head.
  size_t seen_ = 0;
  std::array<uint8_t, kHeadBytes> head_ = {};
  uint32_t payload_left_ = 0;
  // Of the header block that has not ended.
  uint32_t block_bytes_ = 0;
  int continuations_ = 0;
  uint32_t last_call_ = 0;  // By its stream; they only grow.
  Cost due_;
  Allowance control_{kControl}, pings_{kPings}, work_{kWork};
};

}  // namespace kyc::frames

#endif  // SERVER_FRAMES_FRAME_COUNTER_H_
