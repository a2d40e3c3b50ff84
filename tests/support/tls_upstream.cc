#include "tests/support/tls_upstream.h"

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "tests/support/local_listener.h"

namespace kyc::tests {

TlsUpstream::TlsUpstream(const Identity& identity, std::string body, const Identity* chain,
                         Options options)
    : options_(options),
      reply_(absl::StrCat("HTTP/1.1 200 OK\r\n",
                          options.one_reply_each ? "Connection: close\r\n" : "",
                          "Content-Length: ", body.size(), "\r\n\r\n", body)),
      listener_(ListenLocally(port_)),
      context_(SSL_CTX_new(TLS_server_method())) {
  signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to connections that have ended.
  if (SSL_CTX_use_certificate(context_, identity.certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context_, identity.key.get()) != 1 ||
      (chain != nullptr && SSL_CTX_add1_chain_cert(context_, chain->certificate.get()) != 1)) {
    std::abort();
  }
  if (options_.newest != 0) {
    SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_, options_.newest);
    SSL_CTX_set_cipher_list(context_, "DEFAULT:@SECLEVEL=0");
  }
  acceptor_ = std::thread([this] { Accept(); });
}

TlsUpstream::~TlsUpstream() {
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  close(listener_);
  {
    const std::lock_guard lock(mutex_);
    for (const int socket : sockets_) {
      if (socket >= 0) shutdown(socket, SHUT_RDWR);
    }
  }
  for (std::thread& thread : threads_) thread.join();
  SSL_CTX_free(context_);
}

std::string TlsUpstream::url() const { return absl::StrCat("https://127.0.0.1:", port_); }

void TlsUpstream::Accept() {
  while (true) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    ++connections_;
    const std::lock_guard lock(mutex_);
    const size_t place = sockets_.size();
    sockets_.push_back(socket);
    threads_.emplace_back([this, socket, place] {
      Serve(socket);
      const std::lock_guard closing(mutex_);
      sockets_[place] = -1;
      close(socket);
    });
  }
}

void TlsUpstream::Serve(int socket) {
  SSL* const ssl = SSL_new(context_);
  SSL_set_fd(ssl, socket);
  if (SSL_accept(ssl) == 1) {
    resumed_ += SSL_session_reused(ssl);
    while (TakeRequest(ssl)) {
      ++requests_;
      SSL_write(ssl, reply_.data(), static_cast<int>(reply_.size()));
      if (options_.one_reply_each) break;
    }
  }
  SSL_free(ssl);
}

bool TlsUpstream::TakeRequest(SSL* ssl) {
  std::array<char, 16 << 10> bytes;
  std::string head;
  size_t end;
  while ((end = head.find("\r\n\r\n")) == head.npos) {
    const int got = SSL_read(ssl, bytes.data(), bytes.size());
    if (got <= 0) return false;
    head.append(bytes.data(), static_cast<size_t>(got));
  }
  const size_t whole = end + 4 + ContentLength(head.substr(0, end + 2));
  for (size_t taken = head.size(); taken < whole;) {
    const int got = SSL_read(ssl, bytes.data(), bytes.size());
    if (got <= 0) return false;
    taken += static_cast<size_t>(got);
  }
  return true;
}

}  // namespace kyc::tests
