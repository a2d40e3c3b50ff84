#include "server/http/testing/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace kyc::http {

RawClient::RawClient(Target to, const char* from) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
  const timeval limit = {.tv_sec = 10, .tv_usec = 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  inet_pton(AF_INET, from, &address.sin_addr);
  bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address));
  address.sin_port = htons(to.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connected_ = connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  if (to.tls == nullptr) return;
  // Else what follows the handshake waits until the listener has acknowledged that.
  const int yes = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
  signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL.
  session_ = SSL_new(to.tls);
  SSL_set_fd(session_, socket_);
  SSL_set_connect_state(session_);
}

RawClient::~RawClient() {
  SSL_free(session_);
  close(socket_);
}

bool RawClient::ended() const {
  return session_ != nullptr && (SSL_get_shutdown(session_) & SSL_RECEIVED_SHUTDOWN) != 0;
}

void RawClient::Send(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = session_ == nullptr
                             ? send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL)
                             : SSL_write(session_, bytes.data(), static_cast<int>(bytes.size()));
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

void RawClient::EndSending() {
  if (session_ != nullptr) SSL_shutdown(session_);
  shutdown(socket_, SHUT_WR);
}

bool RawClient::More() {
  char bytes[4096];
  const ssize_t size = session_ == nullptr ? recv(socket_, bytes, sizeof(bytes), 0)
                                           : SSL_read(session_, bytes, sizeof(bytes));
  if (size <= 0) return false;
  unread_.append(bytes, static_cast<size_t>(size));
  return true;
}

std::string RawClient::ReadTo(absl::string_view mark) {
  size_t at;
  while ((at = unread_.find(mark.data(), 0, mark.size())) == std::string::npos) {
    if (!More()) return std::exchange(unread_, "");
  }
  std::string read = unread_.substr(0, at + mark.size());
  unread_.erase(0, read.size());
  return read;
}

std::string RawClient::ReadResponse() {
  std::string response = ReadTo("\r\n\r\n");
  static constexpr char kLength[] = "Content-Length: ";
  size_t length = 0;
  if (const size_t at = response.find(kLength); at != std::string::npos) {
    const size_t digits = at + sizeof(kLength) - 1;
    if (!absl::SimpleAtoi(response.substr(digits, response.find('\r', digits) - digits), &length)) {
      return response;
    }
  }
  while (unread_.size() < length && More()) {
  }
  response += unread_.substr(0, length);
  unread_.erase(0, length);
  return response;
}

std::string RawClient::ReadAll() {
  while (More()) {
  }
  return std::exchange(unread_, "");
}

std::string Exchange(Target to, absl::string_view bytes) {
  RawClient client(to);
  client.Send(bytes);
  return client.ReadAll();
}

int StatusOf(absl::string_view response) {
  int status = 0;
  if (!absl::ConsumePrefix(&response, "HTTP/1.1 ")) return 0;
  return absl::SimpleAtoi(response.substr(0, 3), &status) ? status : 0;
}

}  // namespace kyc::http
