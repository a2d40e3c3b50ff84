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
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "server/frames/crowd.h"
#include "server/frames/frame_counter.h"

namespace kyc::frames {
namespace {

struct Counted {
  std::string source;
  FrameCounter counter;
};

// The only state of the process beside its libraries' own: functions that stand in for libc's have
// nobody who could pass them any.
std::array<std::atomic<Counted*>, kMaxDescriptor> connections;
thread_local const std::string* sessions_of = nullptr;
struct {
  std::atomic<int64_t> begun_plain, begun_tls, tls_of_no_source, not_http2, header_block,
      control_frames, work, source, crowd;
} seen;

Crowd& AllConnections() {
  static auto* const all = new Crowd;
  return *all;
}

// Less is not worth the trip, and waits for more.
constexpr Cost kPaidAtOnce = {.control = 16, .pings = 64, .work = 1'000};

// The definition that this one hides.
template <typename Function>
Function* Next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

Counted* CountedOf(int descriptor) {
  if (descriptor < 0 || descriptor >= kMaxDescriptor) return nullptr;
  return connections[static_cast<size_t>(descriptor)].load(std::memory_order_acquire);
}

void StopCounting(int descriptor) {
  if (CountedOf(descriptor) == nullptr) return;
  delete connections[static_cast<size_t>(descriptor)].exchange(nullptr);
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
    case Excess::kSource:
      ++seen.source;
      return;
    case Excess::kCrowd:
      ++seen.crowd;
      return;
  }
}

// What it and its like sent is too much. kNone as long as that is not worth a look.
Excess PayForAll(Counted& of, int64_t now) {
  const Cost& due = of.counter.due();
  if (due.control < kPaidAtOnce.control && due.pings < kPaidAtOnce.pings &&
      due.work < kPaidAtOnce.work) {
    return Excess::kNone;
  }
  return AllConnections().Pay(of.source, of.counter.TakeDue(), now);
}

// Whether the connection may go on. What it has already been ended for is noted once.
bool Take(Counted& of, absl::string_view bytes, std::atomic<int64_t>& begun) {
  FrameCounter& counter = of.counter;
  if (counter.excess() != Excess::kNone) return false;
  const bool had_begun = counter.has_begun();
  const int64_t now = SteadyNs();
  counter.Take(bytes, now);
  if (!had_begun && counter.has_begun()) ++begun;
  if (counter.excess() == Excess::kNone) counter.End(PayForAll(of, now));
  NoteEnd(counter.excess());
  return counter.excess() == Excess::kNone;
}

bool TakeAll(Counted& of, const msghdr& message, size_t size) {
  for (size_t i = 0; i < message.msg_iovlen && size > 0; ++i) {
    const iovec& piece = message.msg_iov[i];
    const size_t part = std::min(size, piece.iov_len);
    const absl::string_view bytes(static_cast<const char*>(piece.iov_base), part);
    if (!Take(of, bytes, seen.begun_plain)) return false;
    size -= part;
  }
  return true;
}

// Of each session that this process makes.
void NewSession(void*, void*, CRYPTO_EX_DATA* data, int place, long, void*) {
  if (sessions_of == nullptr) return;
  auto counted = std::make_unique<Counted>(Counted{*sessions_of, {}});
  if (CRYPTO_set_ex_data(data, place, counted.get()) == 1) counted.release();
}

void EndSession(void*, void* counted, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<Counted*>(counted);
}

int PlaceOfCounted() {
  static const int place = SSL_get_ex_new_index(0, nullptr, NewSession, nullptr, EndSession);
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
  const int place = PlaceOfCounted();
  if (auto* const counted = static_cast<Counted*>(SSL_get_ex_data(session, place))) {
    return Take(*counted, bytes, seen.begun_tls);
  }
  if (SSL_is_server(session) == 0 || IsLeftUncounted(session)) return true;
  auto counted = std::make_unique<Counted>(Counted{"of no source", {}});
  // What cannot be counted is not served.
  if (SSL_set_ex_data(session, place, counted.get()) != 1) return false;
  ++seen.tls_of_no_source;
  return Take(*counted.release(), bytes, seen.begun_tls);
}

// Bytes that will be read once more, or that the other side did not send.
constexpr int kNotTaken = MSG_PEEK | MSG_ERRQUEUE;

}  // namespace

bool CountReadsOf(int descriptor, std::string source) {
  if (descriptor < 0 || descriptor >= kMaxDescriptor) return false;
  auto* const counted = new Counted{std::move(source), {}};
  delete connections[static_cast<size_t>(descriptor)].exchange(counted);
  return true;
}

SessionsOf::SessionsOf(const std::string& source) {
  PlaceOfCounted();
  sessions_of = &source;
}
SessionsOf::~SessionsOf() { sessions_of = nullptr; }

bool LeaveUncounted(ssl_st* session) {
  static char leave;  // Its address is the word.
  return SSL_set_ex_data(session, PlaceOfLeave(), &leave) == 1;
}

Seen SeenSoFar() {
  return {seen.begun_plain, seen.begun_tls,    seen.tls_of_no_source,
          seen.not_http2,   seen.header_block, seen.control_frames,
          seen.work,        seen.source,       seen.crowd};
}

}  // namespace kyc::frames

extern "C" {

ssize_t recvmsg(int descriptor, msghdr* message, int flags) {
  static auto* const next = kyc::frames::Next<decltype(recvmsg)>("recvmsg");
  const ssize_t got = next(descriptor, message, flags);
  if (got <= 0 || (flags & kyc::frames::kNotTaken) != 0) return got;
  auto* const counted = kyc::frames::CountedOf(descriptor);
  if (counted == nullptr || kyc::frames::TakeAll(*counted, *message, static_cast<size_t>(got))) {
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
