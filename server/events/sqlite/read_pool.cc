#include "server/events/sqlite/read_pool.h"

namespace kyc::events {
namespace {

constexpr size_t kMaxIdle = 8;

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> ReadPool::Take() const {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<Database> database = std::move(idle_.back());
      idle_.pop_back();
      return database;
    }
  }
  // Before it, because opening makes the files beside it that are not there.
  if (absl::Status same = file_.identity.Check(); !same.ok()) return same;
  absl::StatusOr<Database> opened = Database::Open(file_.path, Database::Use::kRead);
  if (!opened.ok()) return opened.status();
  if (absl::Status same = file_.identity.Check(); !same.ok()) return same;
  return std::make_unique<Database>(*std::move(opened));
}

void ReadPool::GiveBack(std::unique_ptr<Database> database) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (idle_.size() < kMaxIdle) idle_.push_back(std::move(database));
}

}  // namespace kyc::events
