// A handler's reply on its way to its connection; private to this room.
#ifndef SERVER_HTTP_REPLY_CARRIER_H_
#define SERVER_HTTP_REPLY_CARRIER_H_

#include <memory>
#include <utility>

#include "absl/types/optional.h"
#include "server/http/connection.h"
#include "server/http/handler.h"

namespace kyc::http {

// An OnReply: carries the reply of one request to its connection, from any thread. Destroyed
// without a call, it says that there will be none.
class ReplyCarrier {
 public:
  ReplyCarrier(std::shared_ptr<Gate> gate, std::weak_ptr<Connection> connection)
      : gate_(std::move(gate)), connection_(std::move(connection)) {}
  ReplyCarrier(ReplyCarrier&&) = default;
  ~ReplyCarrier() {
    if (gate_ != nullptr) Carry(absl::nullopt);
  }

  void operator()(HttpReply reply) && { Carry(std::move(reply)); }

 private:
  void Carry(absl::optional<HttpReply> reply) {
    std::exchange(gate_, nullptr)
        ->Post([connection = std::move(connection_), reply = std::move(reply)]() mutable {
          if (auto alive = connection.lock()) alive->TakeReply(std::move(reply));
        });
  }

  std::shared_ptr<Gate> gate_;  // Null once the reply was given.
  std::weak_ptr<Connection> connection_;
};

}  // namespace kyc::http

#endif  // SERVER_HTTP_REPLY_CARRIER_H_
