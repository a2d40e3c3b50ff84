// Messages of events that many streams are sent alike.
#ifndef SERVER_NETZME_STREAM_COMMON_MESSAGES_H_
#define SERVER_NETZME_STREAM_COMMON_MESSAGES_H_

#include <grpcpp/support/byte_buffer.h>

#include <cstdint>
#include <vector>

#include "netzme/v1/upgrade_notification.pb.h"
#include "server/events/event_log.h"

namespace kyc::netzme {

// A message of events, as it goes out.
struct Outgoing {
  int64_t events = 0;
  // What the message's cursor says: everything matching up to here is in it or was sent before.
  events::Position through;
  grpc::ByteBuffer message;
};

// Streams that see every event stand at few places of the ring: what one of them was sent is kept
// for the others until the ring grows, as one slice, because gRPC and the kernel handle each slice
// anew for every stream. At most 16 messages of at most 16 KiB. Not thread-safe.
class CommonMessages {
 public:
  // What was kept for this place and view, or null. Valid until the next call of Keep or Clear.
  const Outgoing* Find(events::Position after, ::netzme::v1::View view) const;
  void Keep(events::Position after, ::netzme::v1::View view, const Outgoing& outgoing);
  void Clear() { kept_.clear(); }

 private:
  struct Kept {
    int64_t after;
    ::netzme::v1::View view;
    Outgoing outgoing;
  };

  std::vector<Kept> kept_;
};

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_STREAM_COMMON_MESSAGES_H_
