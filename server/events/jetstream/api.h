// JetStream's own messages: requests to its API and what it answers. Pure.
//
// Faults are UNAVAILABLE LOG_UNREACHABLE with JetStream's number of the error, unless said
// otherwise.
#ifndef SERVER_EVENTS_JETSTREAM_API_H_
#define SERVER_EVENTS_JETSTREAM_API_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/events/jetstream/nats.h"

namespace kyc::events::jetstream {

// What a publish came to.
struct PublishAnswer {
  enum class Kind {
    kStored,
    // A message of the same id was stored or is about to be: perhaps not this one.
    kDuplicate,
    // Another message came first.
    kRefused,
  };
  Kind kind = Kind::kStored;
  int64_t sequence = 0;  // Of a stored one.
};
absl::StatusOr<PublishAnswer> ReadPublishAnswer(const Message& message);
// Guards a revision twice: servers of 2.9 check the expectation against what is stored, not against
// what is on its way; the id covers that.
Headers PublishHeaders(absl::string_view stream, absl::string_view message_id,
                       int64_t last_subject_sequence);

// A message as it is kept.
struct Kept {
  int64_t sequence = 0;
  std::string subject;
  std::string data;
};
// All are answered by the stream's leader only.
std::string LastOfSubjectRequest(absl::string_view subject);
// The subject's first message after `sequence`.
std::string NextOfSubjectRequest(absl::string_view subject, int64_t sequence);
std::string BySequenceRequest(int64_t sequence);
std::string GetSubject(absl::string_view stream);
// None: there is no such message.
absl::StatusOr<absl::optional<Kept>> ReadKept(const Message& message);

// How the stream is made, and what it tells about itself.
struct StreamInfo {
  std::string description;
  std::string subject;  // Its only one; else empty.
  std::string storage;
  std::string retention;
  int64_t replicas = 0;
  int64_t duplicate_window_ns = 0;
  int64_t max_messages_per_subject = 0;
  int64_t first_sequence = 0;
  int64_t last_sequence = 0;
  // Its leader is a nats-server older than 2.10: from then on such an answer carries the time.
  bool leader_is_old = false;
};
struct StreamPlan {
  std::string name;
  std::string subject_prefix;
  std::string description;
  int replicas = 3;
  absl::Duration max_age;
};
std::string StreamInfoSubject(absl::string_view stream);
std::string StreamCreateSubject(absl::string_view stream);
std::string StreamCreateRequest(const StreamPlan& plan);
// NOT_FOUND: there is no such stream. ALREADY_EXISTS: there is another of that name.
absl::StatusOr<StreamInfo> ReadStreamInfo(const Message& message);

// A consumer that goes when nobody listens: pushes every message from `first` on, in order.
std::string ConsumerCreateSubject(absl::string_view stream);
std::string ConsumerCreateRequest(absl::string_view stream, absl::string_view deliver_to,
                                  int64_t first, absl::Duration heartbeat);
absl::Status ReadConsumerCreated(const Message& message);

// Where a pushed message stands. Its reply subject tells.
struct Delivered {
  int64_t sequence = 0;           // In the stream.
  int64_t consumer_sequence = 0;  // 1, 2, 3, ...: a gap means something was lost on the way.
  int64_t time_us = 0;            // When the stream stored it.
  int64_t pending = 0;            // How many come after it.
};
absl::optional<Delivered> ReadDelivered(absl::string_view reply);

}  // namespace kyc::events::jetstream

#endif  // SERVER_EVENTS_JETSTREAM_API_H_
