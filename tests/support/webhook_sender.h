// Netzme as the webhook sees it: sends a notification again and again until it is answered 200.
#ifndef TESTS_SUPPORT_WEBHOOK_SENDER_H_
#define TESTS_SUPPORT_WEBHOOK_SENDER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/support/planted.h"

namespace kyc::tests {

// A notification. No two have the same number.
struct Notice {
  std::string reference;
  int64_t number = 0;

  std::string Body() const;
  std::string CustId() const;  // No other's.
};

// One kept-alive connection to the webhook. Used by one thread. Never sends anything twice.
class WebhookConnection {
 public:
  explicit WebhookConnection(uint16_t port, std::string callback_token = kCallbackToken);
  ~WebhookConnection();
  WebhookConnection(const WebhookConnection&) = delete;
  WebhookConnection& operator=(const WebhookConnection&) = delete;

  // The answer's HTTP status; 0, from then on, once the connection is of no use.
  int Post(absl::string_view body);

  // Whether the last answer had a Retry-After.
  bool told_to_retry() const { return told_to_retry_; }

 private:
  bool Send(absl::string_view bytes);
  int ReadAnswer();

  const std::string callback_token_;
  int socket_ = -1;
  bool told_to_retry_ = false;
};

// Sends notifications of its own references only, one after the other, so that a repeat is always
// one of the reference's newest event. Used by one thread at a time.
class Sender {
 public:
  // `number` differs among the senders of a test: 0, 1, ...
  explicit Sender(int number, int references = 3) : number_(number), references_(references) {}

  // Sends the notification that is next: the same one until a 200. The answer's HTTP status.
  int Post(WebhookConnection& connection);

  // Those answered 200, in order.
  const std::vector<Notice>& answered() const { return answered_; }
  // Sent, but not answered 200 so far.
  Notice next() const;

 private:
  const int number_;
  const int references_;
  std::vector<Notice> answered_;
};

}  // namespace kyc::tests

#endif  // TESTS_SUPPORT_WEBHOOK_SENDER_H_
