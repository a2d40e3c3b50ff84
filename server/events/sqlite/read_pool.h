// The connections that read.
#ifndef SERVER_EVENTS_SQLITE_READ_POOL_H_
#define SERVER_EVENTS_SQLITE_READ_POOL_H_

#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/events/sqlite/log_file.h"
#include "server/events/sqlite/sqlite.h"

namespace kyc::events {

// Thread-safe. As many connections are open as reads run at once: the caller's reader pool bounds
// them. A few idle ones are kept.
class ReadPool {
 public:
  // Takes what a read found wrong with the log; on the reader's thread. May be null.
  using OnDamage = std::function<void(const absl::Status&)>;

  // A read that takes longer than `time_limit` fails with UNAVAILABLE. `file` outlives it.
  ReadPool(const LogFile& file, absl::Duration time_limit, OnDamage on_damage = nullptr)
      : file_(file), time_limit_(time_limit), on_damage_(std::move(on_damage)) {}

  // Runs `read` (Database& -> absl::StatusOr<T>) on a connection that nobody else uses meanwhile.
  template <typename Read>
  auto Run(Read read) const -> decltype(read(std::declval<Database&>())) {
    absl::StatusOr<std::unique_ptr<Database>> database = Take();
    if (!database.ok()) return database.status();
    (*database)->LimitTime(time_limit_);
    auto result = read(**database);
    // After an engine's fault the next read starts from a new connection.
    const absl::Status status = result.status();
    if (!absl::IsUnavailable(status) && !absl::IsDataLoss(status)) GiveBack(*std::move(database));
    if (absl::IsDataLoss(status) && on_damage_ != nullptr) on_damage_(status);
    return result;
  }

 private:
  absl::StatusOr<std::unique_ptr<Database>> Take() const;
  void GiveBack(std::unique_ptr<Database> database) const;

  const LogFile& file_;
  const absl::Duration time_limit_;
  const OnDamage on_damage_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Database>> idle_;
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_READ_POOL_H_
