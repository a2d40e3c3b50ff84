#include "tools/benchmarks/wire.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "absl/status/status.h"

namespace kyc::bench {
namespace {

constexpr size_t kRecord = 16384;
constexpr unsigned char kH2[] = "\x02h2";

// One for the process: sessions are not resumed, so that each handshake is a whole one.
SSL_CTX* Context() {
  static SSL_CTX* const context = [] {
    SSL_CTX* made = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(made, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_alpn_protos(made, kH2, sizeof kH2 - 1);
    return made;
  }();
  return context;
}

// A record's worth of what waits: one record for a frame, as clients send it.
size_t Gather(const iovec* pieces, int count, char* to) {
  size_t size = 0;
  for (int i = 0; i < count && size < kRecord; ++i) {
    const size_t here = std::min(kRecord - size, pieces[i].iov_len);
    std::memcpy(to + size, pieces[i].iov_base, here);
    size += here;
  }
  return size;
}

// As write(2) says it.
ssize_t Outcome(SSL* session, int done) {
  if (done > 0) return done;
  const int error = SSL_get_error(session, done);
  if (error == SSL_ERROR_ZERO_RETURN) return 0;
  const bool waits = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
  errno = waits ? EAGAIN : EIO;
  return -1;
}

}  // namespace

absl::StatusOr<Wire> Wire::Open(uint16_t port, Speaks speaks) {
  absl::StatusOr<Descriptor> socket = Connect(port);
  if (!socket.ok()) return socket.status();
  Wire wire(*std::move(socket));
  if (speaks == Speaks::kTls) {
    if (absl::Status agreed = wire.Agree(); !agreed.ok()) return agreed;
  }
  return wire;
}

absl::Status Wire::Agree() {
  session_.reset(SSL_new(Context()));
  SSL_set_fd(session_.get(), socket_.get());
  fcntl(socket_.get(), F_SETFL, 0);
  if (SSL_connect(session_.get()) != 1) return absl::UnavailableError("no TLS handshake");
  fcntl(socket_.get(), F_SETFL, O_NONBLOCK);
  return absl::OkStatus();
}

ssize_t Wire::Read(char* buffer, size_t size) {
  if (session_ == nullptr) return recv(socket_.get(), buffer, size, 0);
  size_t total = 0;
  while (total < size) {
    const ssize_t read = Outcome(
        session_.get(), SSL_read(session_.get(), buffer + total, static_cast<int>(size - total)));
    if (read <= 0) return total > 0 ? static_cast<ssize_t>(total) : read;
    total += static_cast<size_t>(read);
  }
  return static_cast<ssize_t>(total);
}

Outbox::Written Wire::Write(Outbox& outbox) {
  if (session_ == nullptr) {
    return outbox.WriteBy(
        [this](const iovec* pieces, int count) { return writev(socket_.get(), pieces, count); });
  }
  return outbox.WriteBy([this](const iovec* pieces, int count) {
    std::array<char, kRecord> record;
    const size_t size = Gather(pieces, count, record.data());
    return Outcome(session_.get(),
                   SSL_write(session_.get(), record.data(), static_cast<int>(size)));
  });
}

}  // namespace kyc::bench
