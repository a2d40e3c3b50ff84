// What waits to be handed to NATS.
#ifndef SERVER_EVENTS_JETSTREAM_SEND_QUEUE_H_
#define SERVER_EVENTS_JETSTREAM_SEND_QUEUE_H_

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "server/events/jetstream/nats.h"

namespace kyc::events::jetstream {

struct Outgoing {
  std::string subject;
  std::string reply;
  Headers headers;
  std::string data;
};

// Thread-safe, bounded. A thread of its own sends, because sending blocks while a server takes
// nothing: whoever waits for answers must be able to give up meanwhile. What cannot be sent is
// dropped: its sender hears no answer.
class SendQueue {
 public:
  // The connection outlives it.
  explicit SendQueue(Connection& connection);
  // Drops what waits.
  ~SendQueue();

  // False: too many wait.
  bool Push(Outgoing outgoing);

 private:
  void Run();

  Connection& connection_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Outgoing> waiting_;
  bool stop_ = false;

  std::thread thread_;  // Last: it uses all the others.
};

}  // namespace kyc::events::jetstream

#endif  // SERVER_EVENTS_JETSTREAM_SEND_QUEUE_H_
