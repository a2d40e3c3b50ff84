#include "server/events/postgres/held_back.h"

#include <utility>
#include <vector>

namespace kyc::events::postgres {
namespace {

constexpr Statement kLook = {"held_back", "SELECT waiting, released FROM retention"};
constexpr Statement kTell = {"tell_held_back", "UPDATE retention SET waiting = $1::bigint"};
constexpr Statement kRelease = {
    "release_held_back",
    "UPDATE retention SET released = released + 1 WHERE waiting > 0 RETURNING waiting"};

}  // namespace

absl::StatusOr<bool> HeldBack::TakeReleased(Connection& connection, absl::Duration limit) {
  Trip trip;
  trip.Add(kLook);
  const absl::StatusOr<std::vector<Rows>> answers = connection.Run(trip, limit);
  if (!answers.ok()) return answers.status();
  there_ = answers->front().Integer(0, 0);
  const int64_t released = answers->front().Integer(0, 1);
  // What was let go before it began is nothing that waits here.
  const int64_t before = std::exchange(released_, released).value_or(released);
  return released != before;
}

absl::Status HeldBack::Tell(Connection& connection, absl::Duration limit, int64_t waiting) {
  if (waiting != there_ && (waiting != 0 || tells_)) {
    Trip trip;
    trip.Add(kTell, {Value::Integer(waiting)});
    absl::Status told = connection.Run(trip, limit).status();
    if (!told.ok()) return told;
  }
  tells_ = waiting != 0;
  return absl::OkStatus();
}

absl::StatusOr<int64_t> ReleaseHeldBack(Connection& connection, absl::Duration limit) {
  Trip trip;
  trip.Add(kRelease);
  const absl::StatusOr<std::vector<Rows>> answers = connection.Run(trip, limit);
  if (!answers.ok()) return answers.status();
  const Rows& rows = answers->front();
  return rows.size() > 0 ? rows.Integer(0, 0) : int64_t{0};
}

}  // namespace kyc::events::postgres
