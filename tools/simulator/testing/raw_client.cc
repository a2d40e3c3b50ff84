#include "tools/simulator/testing/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

namespace kyc::simulator {

RawClient::RawClient(uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    close(socket_);
    socket_ = -1;
  }
}

RawClient::RawClient(RawClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), reset_(other.reset_) {}

RawClient::~RawClient() {
  if (socket_ >= 0) close(socket_);
}

void RawClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

bool RawClient::ReadMore(std::string& bytes) {
  char buffer[65536];
  const ssize_t got = recv(socket_, buffer, sizeof buffer, 0);
  if (got < 0) reset_ = errno == ECONNRESET;
  if (got <= 0) return false;
  bytes.append(buffer, static_cast<size_t>(got));
  return true;
}

std::string RawClient::ReadAll() {
  std::string bytes;
  while (ReadMore(bytes)) {
  }
  return bytes;
}

std::string RawClient::ReadReply() {
  std::string bytes;
  while (bytes.find("\r\n\r\n") == std::string::npos) {
    if (!ReadMore(bytes)) return bytes;
  }
  const size_t length = std::strtoul(HeaderOf(bytes, "Content-Length").c_str(), nullptr, 10);
  while (BodyOf(bytes).size() < length && ReadMore(bytes)) {
  }
  return bytes;
}

std::string PostRequest(std::string_view path, std::string_view headers, std::string_view body) {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + std::string(headers) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

int StatusOf(std::string_view reply) {
  if (!reply.starts_with("HTTP/1.1 ")) return 0;
  return std::atoi(std::string(reply.substr(9, 3)).c_str());
}

std::string HeaderOf(std::string_view reply, std::string_view name) {
  const std::string mark = "\r\n" + std::string(name) + ": ";
  const std::string_view head = reply.substr(0, reply.find("\r\n\r\n"));
  const size_t at = head.find(mark);
  if (at == std::string_view::npos) return "";
  const std::string_view rest = head.substr(at + mark.size());
  return std::string(rest.substr(0, rest.find("\r\n")));
}

std::string BodyOf(std::string_view reply) {
  const size_t at = reply.find("\r\n\r\n");
  return at == std::string_view::npos ? "" : std::string(reply.substr(at + 4));
}

}  // namespace kyc::simulator
