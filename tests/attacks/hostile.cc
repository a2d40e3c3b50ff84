#include "tests/attacks/hostile.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace kyc::tests {
namespace {

constexpr uint32_t kFirstSource = 0x7f000002;  // 127.0.0.2
constexpr size_t kInOneGo = 1 << 20;
constexpr timeval kLongest = {.tv_sec = 60, .tv_usec = 0};

// A header that no table of HPACK learns: its name by a number of the static table.
std::string Literal(absl::string_view name_index, absl::string_view value) {
  return std::string(name_index) + static_cast<char>(value.size()) + std::string(value);
}

// For all, as it is the same for all.
SSL_CTX* TrustingContext() {
  static SSL_CTX* const context = [] {
    constexpr unsigned char kHttp2[] = {2, 'h', '2'};
    signal(SIGPIPE, SIG_IGN);
    SSL_CTX* const made = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_alpn_protos(made, kHttp2, sizeof(kHttp2));
    return made;
  }();
  return context;
}

}  // namespace

const std::string kH2Hello = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + H2Frame(4, 0, 0, "");

std::string H2Frame(uint8_t type, uint8_t flags, uint32_t stream, absl::string_view payload) {
  std::string frame;
  for (int shift : {16, 8, 0}) frame.push_back(static_cast<char>(payload.size() >> shift));
  frame.push_back(static_cast<char>(type));
  frame.push_back(static_cast<char>(flags));
  for (int shift : {24, 16, 8, 0}) frame.push_back(static_cast<char>(stream >> shift));
  return frame.append(payload.data(), payload.size());
}

std::string H2Call(uint32_t stream) {
  constexpr uint8_t kHeaders = 1, kEndHeaders = 4;
  static const std::string block = std::string("\x83\x86") +  // POST, http
                                   Literal("\x04", "/grpc.health.v1.Health/Check") +
                                   Literal("\x01", "localhost") +
                                   Literal("\x0f\x10", "application/grpc") +
                                   Literal(absl::string_view("\0\x02te", 4), "trailers");
  return H2Frame(kHeaders, kEndHeaders, stream, block);
}

Hostile::Hostile(uint16_t port, const Coming& coming)
    : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &kLongest, sizeof(kLongest));
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &kLongest, sizeof(kLongest));
  sockaddr_in at = {};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(kFirstSource + static_cast<uint32_t>(coming.source));
  bind(socket_, reinterpret_cast<sockaddr*>(&at), sizeof(at));
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connect(socket_, reinterpret_cast<sockaddr*>(&at), sizeof(at));
  if (!coming.tls) return;
  session_.reset(SSL_new(TrustingContext()));
  SSL_set_fd(session_.get(), socket_);
  SSL_connect(session_.get());
}

Hostile::Hostile(Hostile&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), session_(std::move(other.session_)) {}

Hostile::~Hostile() {
  if (socket_ >= 0) close(socket_);
}

void Hostile::Send(absl::string_view bytes) {
  while (!bytes.empty()) {
    const absl::string_view part = bytes.substr(0, kInOneGo);
    const ssize_t sent =
        session_ == nullptr ? send(socket_, part.data(), part.size(), MSG_NOSIGNAL)
                            : SSL_write(session_.get(), part.data(), static_cast<int>(part.size()));
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

bool Hostile::AwaitEnd() {
  char bytes[65536];
  for (;;) {
    const ssize_t got = recv(socket_, bytes, sizeof(bytes), 0);
    if (got == 0) return true;
    if (got < 0) return errno != EAGAIN;
  }
}

Used UsedBy(const ChildProcess& process) {
  // utime and stime, the 14th and 15th; what is before the parenthesis may hold blanks.
  const std::string stat = process.ProcText("stat");
  const std::vector<std::string> fields =
      absl::StrSplit(stat.substr(std::min(stat.size(), stat.rfind(')') + 2)), ' ');
  Used used;
  used.peak_kib = process.ProcStatus("VmHWM");
  for (size_t i : {11u, 12u}) {
    double ticks = 0;
    if (i < fields.size() && absl::SimpleAtod(fields[i], &ticks)) {
      used.cpu_seconds += ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
    }
  }
  return used;
}

Cost CostOf(const Used& before, const Used& after, absl::Duration waited) {
  return {{after.cpu_seconds - before.cpu_seconds, after.peak_kib - before.peak_kib}, waited};
}

std::ostream& operator<<(std::ostream& out, const Cost& cost) {
  return out << "new connection " << absl::ToInt64Milliseconds(cost.waited) << " ms, CPU "
             << cost.used.cpu_seconds << " s, memory " << cost.used.peak_kib / 1024 << " MiB\n";
}

}  // namespace kyc::tests
