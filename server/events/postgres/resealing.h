// What has older keys' texts sealed again in the database, for events/resealer.
#ifndef SERVER_EVENTS_POSTGRES_RESEALING_H_
#define SERVER_EVENTS_POSTGRES_RESEALING_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/events/postgres/log_context.h"
#include "server/events/reseal.h"

namespace kyc::events::postgres {

// Over a connection of the tables' owner, which is opened anew after an error and for each pass. A
// failover in the middle of a pass may have taken back what that did: it is made again. One
// thread's; all block.
class Resealing {
 public:
  // `context` and `owners` outlive it. `prove` proves that what is committed is kept.
  Resealing(LogContext& context, const Servers& owners, std::function<absl::Status()> prove)
      : context_(context), owners_(owners), prove_(std::move(prove)) {}

  // As ResealWork has them.
  absl::StatusOr<bool> Close();
  absl::StatusOr<ResealStep> Step(const ResealPlace& place);
  absl::StatusOr<bool> Retire();

 private:
  absl::Status Connect();
  // What came of it; after an error the next one connects anew.
  template <typename Result>
  Result Ended(Result result);
  int64_t key() const { return context_.log.sealer.seals_with(); }

  LogContext& context_;
  const Servers& owners_;
  const std::function<absl::Status()> prove_;
  std::unique_ptr<Connection> connection_;  // Null: none is open.
  int64_t timeline_ = 0;                    // Its server's.
  int64_t closed_on_ = 0;                   // Where the older keys were found to be closed,
  int64_t began_on_ = 0;                    // and where the pass began.
};

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_RESEALING_H_
