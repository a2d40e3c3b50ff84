// A handler's reply on its way to its connection; private to this room.
#ifndef SERVER_HTTP_REPLY_CARRIER_H_
#define SERVER_HTTP_REPLY_CARRIER_H_

#include <memory>
#include <utility>

#include "absl/types/optional.h"
#include "server/call/answer_once.h"
#include "server/http/connection.h"
#include "server/http/handler.h"

namespace kyc::http {

// Carries the reply of one request to its connection, from any thread.
class ToConnection {
 public:
  ToConnection(std::shared_ptr<Gate> gate, std::weak_ptr<Connection> connection)
      : gate_(std::move(gate)), connection_(std::move(connection)) {}
  ToConnection(ToConnection&&) noexcept = default;

  explicit operator bool() const { return gate_ != nullptr; }
  void operator()(absl::optional<HttpReply> reply) && {
    gate_->Post([connection = std::move(connection_), reply = std::move(reply)]() mutable {
      if (auto alive = connection.lock()) alive->TakeReply(std::move(reply));
    });
  }

 private:
  std::shared_ptr<Gate> gate_;
  std::weak_ptr<Connection> connection_;
};

// An OnReply.
using ReplyCarrier = AnswerOnce<HttpReply, ToConnection>;

}  // namespace kyc::http

#endif  // SERVER_HTTP_REPLY_CARRIER_H_
