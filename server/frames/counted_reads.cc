#include "server/frames/counted_reads.h"

#include <dlfcn.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <memory>

#include "absl/strings/string_view.h"
#include "server/frames/frame_counter.h"

namespace kyc::frames {
namespace {

// The only state of the process beside its libraries' own: functions that stand in for libc's have
// nobody who could pass them any.
std::array<std::atomic<FrameCounter*>, kMaxDescriptor> counters;
struct {
  std::atomic<int64_t> begun_plain, begun_tls, not_http2, header_block, control_frames, work;
} seen;

// The definition that this one hides.
template <typename Function>
Function* Next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

FrameCounter* CounterOf(int descriptor) {
  if (descriptor < 0 || descriptor >= kMaxDescriptor) return nullptr;
  return counters[static_cast<size_t>(descriptor)].load(std::memory_order_acquire);
}

void StopCounting(int descriptor) {
  if (CounterOf(descriptor) == nullptr) return;
  delete counters[static_cast<size_t>(descriptor)].exchange(nullptr);
}

int64_t SteadyNs() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);  // A few ms are nothing here, and it costs less.
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void NoteEnd(Excess why) {
  switch (why) {
    case Excess::kNone:
      return;
    case Excess::kNotHttp2:
      ++seen.not_http2;
      return;
    case Excess::kHeaderBlock:
      ++seen.header_block;
      return;
    case Excess::kControlFrames:
      ++seen.control_frames;
      return;
    case Excess::kWork:
      ++seen.work;
      return;
  }
}

// Whether the connection may go on. What it has already been ended for is noted once.
bool Take(FrameCounter& counter, absl::string_view bytes, std::atomic<int64_t>& begun) {
  const bool had_begun = counter.has_begun();
  const bool was_ended = counter.excess() != Excess::kNone;
  const Excess excess = counter.Take(bytes, SteadyNs());
  if (!had_begun && counter.has_begun()) ++begun;
  if (!was_ended) NoteEnd(excess);
  return excess == Excess::kNone;
}

bool TakeAll(FrameCounter& counter, const msghdr& message, size_t size) {
  for (size_t i = 0; i < message.msg_iovlen && size > 0; ++i) {
    const iovec& piece = message.msg_iov[i];
    const size_t part = std::min(size, piece.iov_len);
    const absl::string_view bytes(static_cast<const char*>(piece.iov_base), part);
    if (!Take(counter, bytes, seen.begun_plain)) return false;
    size -= part;
  }
  return true;
}

void FreeCounter(void*, void* counter, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<FrameCounter*>(counter);
}

int PlaceOfCounter() {
  static const int place = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, FreeCounter);
  return place;
}

int PlaceOfLeave() {
  static const int place = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return place;
}

bool IsLeftUncounted(const SSL* session) {
  return SSL_get_ex_data(session, PlaceOfLeave()) != nullptr;
}

// Whether the session may go on.
bool TakeRead(SSL* session, absl::string_view bytes) {
  const int place = PlaceOfCounter();
  if (auto* const counter = static_cast<FrameCounter*>(SSL_get_ex_data(session, place))) {
    return Take(*counter, bytes, seen.begun_tls);
  }
  if (SSL_is_server(session) == 0 || IsLeftUncounted(session)) return true;
  auto counter = std::make_unique<FrameCounter>();
  // What cannot be counted is not served.
  if (SSL_set_ex_data(session, place, counter.get()) != 1) return false;
  return Take(*counter.release(), bytes, seen.begun_tls);
}

// Bytes that will be read once more, or that the other side did not send.
constexpr int kNotTaken = MSG_PEEK | MSG_ERRQUEUE;

}  // namespace

bool CountReadsOf(int descriptor) {
  if (descriptor < 0 || descriptor >= kMaxDescriptor) return false;
  delete counters[static_cast<size_t>(descriptor)].exchange(new FrameCounter);
  return true;
}

bool LeaveUncounted(ssl_st* session) {
  static char leave;  // Its address is the word.
  return SSL_set_ex_data(session, PlaceOfLeave(), &leave) == 1;
}

Seen SeenSoFar() {
  return {seen.begun_plain,  seen.begun_tls,      seen.not_http2,
          seen.header_block, seen.control_frames, seen.work};
}

}  // namespace kyc::frames

extern "C" {

ssize_t recvmsg(int descriptor, msghdr* message, int flags) {
  static auto* const next = kyc::frames::Next<decltype(recvmsg)>("recvmsg");
  const ssize_t got = next(descriptor, message, flags);
  if (got <= 0 || (flags & kyc::frames::kNotTaken) != 0) return got;
  auto* const counter = kyc::frames::CounterOf(descriptor);
  if (counter == nullptr || kyc::frames::TakeAll(*counter, *message, static_cast<size_t>(got))) {
    return got;
  }
  errno = ECONNRESET;
  return -1;
}

int close(int descriptor) {
  static auto* const next = kyc::frames::Next<decltype(close)>("close");
  kyc::frames::StopCounting(descriptor);
  return next(descriptor);
}

int SSL_read(SSL* session, void* bytes, int size) {
  static auto* const next = kyc::frames::Next<decltype(SSL_read)>("SSL_read");
  const int got = next(session, bytes, size);
  if (got <= 0) return got;
  const absl::string_view read(static_cast<const char*>(bytes), static_cast<size_t>(got));
  if (kyc::frames::TakeRead(session, read)) return got;
  ERR_raise(ERR_LIB_USER, 1);
  return -1;
}
}
