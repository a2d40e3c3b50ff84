// Bodies of notifications that were refused with 400, kept because they may never be sent again.
#ifndef SERVER_EVENTS_QUARANTINE_H_
#define SERVER_EVENTS_QUARANTINE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace kyc::events {

struct QuarantinedBody {
  int64_t id = 0;
  absl::Time received_time;
  std::string answer;  // "4000002 Invalid Mandatory Field status"
  std::string account;
  int64_t times_received = 1;
  int64_t size_bytes = 0;
  std::string body;  // Only from Get.
};

// Thread-safe; sealed at rest. The SQLite log implements it over its own file and writer.
class Quarantine {
 public:
  virtual ~Quarantine() = default;

  // Keeps a body, once: the same bytes again only raise times_received. Durable when `done` is
  // called. RESOURCE_EXHAUSTED when full. Returns at once.
  virtual void Keep(std::string body, std::string answer, std::string account,
                    absl::AnyInvocable<void(absl::Status) &&> done) = 0;
  // At most `limit` entries with an id above `after`, oldest first, without bodies. Blocks.
  virtual absl::StatusOr<std::vector<QuarantinedBody>> ListQuarantined(int64_t after,
                                                                       int limit) const = 0;
  // NOT_FOUND if there is none. Blocks.
  virtual absl::StatusOr<QuarantinedBody> GetQuarantined(int64_t id) const = 0;
  // NOT_FOUND if there is none. Durable when `done` is called. Returns at once.
  virtual void Discard(int64_t id, absl::AnyInvocable<void(absl::Status) &&> done) = 0;
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_QUARANTINE_H_
