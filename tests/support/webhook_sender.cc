#include "tests/support/webhook_sender.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace kyc::tests {
namespace {

constexpr int64_t kNumbersOfASender = 1'000'000;
constexpr char kLengthField[] = "Content-Length: ";

}  // namespace

std::string Notice::CustId() const { return absl::StrCat("c", number); }

std::string Notice::Body() const {
  return absl::StrCat(R"({"originalReferenceNo":")", reference, R"(","custId":")", CustId(),
                      R"(","status":")", number % 2 == 0 ? "approved" : "rejected",
                      R"(","additionalInfo":{"type":"upgrade_account","motherMaidenName":")",
                      std::string(static_cast<size_t>(number % 40), 'm'), R"(","benefits":["b)",
                      number, R"("],"rejectReasons":["r)", number, R"("]}})");
}

WebhookConnection::WebhookConnection(uint16_t port, std::string callback_token)
    : callback_token_(std::move(callback_token)),
      socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (socket_ < 0) std::abort();
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // Where nobody listens, the first sending fails.
  (void)connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
}

WebhookConnection::~WebhookConnection() { close(socket_); }

int WebhookConnection::Post(absl::string_view body) {
  const bool sent =
      Send(absl::StrCat("POST /v1.0/snap/account/upgrade/notify HTTP/1.1\r\nHost: gateway\r\n"
                        "Content-Type: application/json\r\nx-callback-token: ",
                        callback_token_, "\r\n", kLengthField, body.size(), "\r\n\r\n", body));
  return sent ? ReadAnswer() : 0;
}

bool WebhookConnection::Send(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

// The gateway's answers have a Content-Length, and nothing follows them.
int WebhookConnection::ReadAnswer() {
  std::string answer;
  std::array<char, 4096> bytes;
  for (;;) {
    const ssize_t size = recv(socket_, bytes.data(), bytes.size(), 0);
    if (size <= 0) return 0;
    answer.append(bytes.data(), static_cast<size_t>(size));
    const size_t head = answer.find("\r\n\r\n");
    const size_t field = answer.find(kLengthField);
    if (head == answer.npos || field > head) continue;
    const size_t begin = field + std::strlen(kLengthField);
    size_t length = 0;
    int status = 0;
    if (!absl::SimpleAtoi(answer.substr(begin, answer.find('\r', begin) - begin), &length) ||
        !absl::SimpleAtoi(answer.substr(answer.find(' ') + 1, 3), &status)) {
      std::abort();
    }
    if (answer.size() < head + 4 + length) continue;
    told_to_retry_ = answer.find("\r\nRetry-After: ") < head;
    return status;
  }
}

int Sender::Post(WebhookConnection& connection) {
  const Notice notice = next();
  const int status = connection.Post(notice.Body());
  if (status == 200) answered_.push_back(notice);
  return status;
}

Notice Sender::next() const {
  const auto count = static_cast<int64_t>(answered_.size());
  return {absl::StrCat("s", number_, "-", count % references_),
          number_ * kNumbersOfASender + count};
}

}  // namespace kyc::tests
