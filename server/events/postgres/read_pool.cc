#include "server/events/postgres/read_pool.h"

namespace kyc::events::postgres {
namespace {

constexpr size_t kMaxIdle = 8;

}  // namespace

absl::Status ReadPool::IsStillPrimary(Connection& connection) const {
  Trip trip;
  context_.proof.Ask(trip);
  const absl::StatusOr<std::vector<Rows>> answers = connection.Run(trip, time_limit_);
  if (!answers.ok()) return answers.status();
  if (TimelineIn(answers->back()) < context_.servers.known().timeline) {
    return Unreachable("it is an old primary by now");
  }
  return absl::OkStatus();
}

std::unique_ptr<Connection> ReadPool::TakeIdle() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (idle_.empty()) return nullptr;
  std::unique_ptr<Connection> connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

void ReadPool::GiveBack(std::unique_ptr<Connection> connection) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (idle_.size() < kMaxIdle) idle_.push_back(std::move(connection));
}

}  // namespace kyc::events::postgres
