#include "server/events/postgres/resealing.h"

#include <utility>
#include <vector>

#include "server/events/postgres/errors.h"
#include "server/events/postgres/log_row.h"
#include "server/events/postgres/reseal_rows.h"
#include "server/events/postgres/sealing_keys.h"

namespace kyc::events::postgres {
namespace {

constexpr absl::Duration kTripLimit = absl::Seconds(5);

}  // namespace

template <typename Result>
Result Resealing::Ended(Result result) {
  if (!result.ok()) connection_.reset();
  return result;
}

absl::Status Resealing::Connect() {
  if (connection_ != nullptr) return absl::OkStatus();
  absl::StatusOr<Primary> primary = owners_.Connect("kyc-gateway resealer", KeeperSettings());
  if (!primary.ok()) return primary.status();
  if (primary->seen.timeline < context_.servers.known().timeline) {
    return Unreachable("only an old primary takes writes");
  }
  Trip look;
  look.Add(kReadLogRow);
  const absl::StatusOr<std::vector<Rows>> answers = primary->connection->Run(look, kTripLimit);
  if (!answers.ok()) return answers.status();
  if (answers->front().size() == 0 || LogRowIn(answers->front()).log_id != context_.log.log_id) {
    return Unreachable("its database holds another log");
  }
  connection_ = std::move(primary->connection);
  timeline_ = primary->seen.timeline;
  return absl::OkStatus();
}

absl::StatusOr<bool> Resealing::Close() {
  if (absl::Status connected = Connect(); !connected.ok()) return connected;
  closed_on_ = timeline_;
  return Ended(CloseOlderKeys(*connection_, kTripLimit, key()));
}

absl::StatusOr<ResealStep> Resealing::Step(const ResealPlace& place) {
  const bool begins = place.part == ResealPlace::Part::kEvents && place.after == 0;
  if (begins) connection_.reset();
  if (absl::Status connected = Connect(); !connected.ok()) return connected;
  if (begins) began_on_ = timeline_;
  absl::StatusOr<ResealStep> step = Ended(Reseal(*connection_, kTripLimit, context_.log, place));
  if (step.ok() && timeline_ != began_on_) ++step->skipped;
  return step;
}

absl::StatusOr<bool> Resealing::Retire() {
  connection_.reset();
  if (absl::Status connected = Connect(); !connected.ok()) return connected;
  if (timeline_ != began_on_ || timeline_ != closed_on_) return false;
  absl::StatusOr<bool> retired = Ended(RetireOlderKeys(*connection_, kTripLimit, key()));
  if (!retired.ok() || !*retired) return retired;
  if (absl::Status proven = prove_(); !proven.ok()) return proven;
  return true;
}

}  // namespace kyc::events::postgres
