// The connections that read.
#ifndef SERVER_EVENTS_POSTGRES_READ_POOL_H_
#define SERVER_EVENTS_POSTGRES_READ_POOL_H_

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/events/postgres/log_context.h"
#include "server/events/postgres/pq.h"

namespace kyc::events::postgres {

// Thread-safe. As many connections are open as reads run at once: the caller's reader pool bounds
// them. A few idle ones are kept.
class ReadPool {
 public:
  // `context` outlives it. A read that takes longer than `time_limit` fails with UNAVAILABLE.
  ReadPool(LogContext& context, absl::Duration time_limit)
      : context_(context), time_limit_(time_limit) {}

  // Runs `read` (Connection&, absl::Duration limit -> absl::StatusOr<T>) on a connection that
  // nobody else uses meanwhile. A kept one may have been cut, or belong to an old primary by now:
  // then once more on a new one.
  template <typename Read>
  auto Run(Read read) const -> decltype(read(std::declval<Connection&>(), absl::Duration())) {
    if (absl::Status history = context_.progress.history(); !history.ok()) return history;
    if (std::unique_ptr<Connection> kept = TakeIdle(); kept != nullptr) {
      auto result = Try(std::move(kept), read);
      if (!absl::IsUnavailable(result.status())) return result;
    }
    absl::StatusOr<Primary> primary =
        ConnectToOurs(context_, "kyc-gateway reader", ReaderSettings(time_limit_));
    if (!primary.ok()) return primary.status();
    return Try(std::move(primary->connection), read);
  }

 private:
  template <typename Read>
  auto Try(std::unique_ptr<Connection> connection, Read& read) const
      -> decltype(read(*connection, absl::Duration())) {
    auto result = read(*connection, time_limit_);
    if (absl::IsUnavailable(result.status())) return result;
    // It may have read a server that is no longer the primary.
    if (absl::Status still = IsStillPrimary(*connection); !still.ok()) return still;
    GiveBack(std::move(connection));
    return result;
  }
  absl::Status IsStillPrimary(Connection& connection) const;
  std::unique_ptr<Connection> TakeIdle() const;
  void GiveBack(std::unique_ptr<Connection> connection) const;

  LogContext& context_;
  const absl::Duration time_limit_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_READ_POOL_H_
