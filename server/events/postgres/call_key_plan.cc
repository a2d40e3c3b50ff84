#include "server/events/postgres/call_key_plan.h"

#include <utility>
#include <variant>

#include "absl/types/optional.h"

namespace kyc::events::postgres {
namespace {

class Planning {
 public:
  Planning(StoredKeys keys, absl::string_view run_id, absl::Duration lived)
      : run_id_(run_id), lived_(lived) {
    plan_.keys = std::move(keys);
  }

  void operator()(ClaimRequest& claim) {
    const auto there = plan_.keys.find(claim.key.key);
    absl::optional<KeyRow> row;
    if (there != plan_.keys.end()) row = there->second.row;
    const bool owner_may_live = row.has_value() && lived_ < there->second.lease;
    claim.answer = {JudgeKey(row, claim.key.content, run_id_, owner_may_live), ""};
    switch (claim.answer.found) {
      case KeyFound::kClaimed:
        return Claim(claim);
      case KeyFound::kAnswered:
        claim.answer.answer = there->second.sealed_answer;
        return;
      case KeyFound::kLost:
        if (row->state == KeyState::kClaimed) Change(claim.key).row.state = KeyState::kLost;
        return;
      case KeyFound::kRunning:
      case KeyFound::kReused:
        return;
    }
  }

  // Of what it claimed: an erasure, or another process's patience, may have come first.
  void operator()(SettleRequest& settle) {
    const auto there = plan_.keys.find(settle.key.key);
    if (there == plan_.keys.end()) return;
    const KeyRow& row = there->second.row;
    const bool is_its = row.state == KeyState::kClaimed && row.run_id == run_id_ &&
                        row.content == settle.key.content;
    if (!is_its) return;
    StoredKey& key = Change(settle.key);
    switch (settle.end.kind) {
      case KeyEnd::Kind::kAnswered:
        key.row.state = KeyState::kAnswered;
        key.sealed_answer = settle.end.answer;
        return;
      case KeyEnd::Kind::kFree:
        plan_.keys.erase(settle.key.key);
        return;
      case KeyEnd::Kind::kLost:
        key.row.state = KeyState::kLost;
        return;
    }
  }

  template <typename Other>
  void operator()(Other&) {}

  CallKeyPlan Take() { return std::move(plan_); }

 private:
  void Claim(const ClaimRequest& claim) {
    StoredKey& key = Change(claim.key);
    key.row = {KeyState::kClaimed, claim.key.content, std::string(run_id_)};
    key.subject = claim.key.subject;
    key.claimed = lived_;
    key.lease = lived_ + claim.lease;
  }
  StoredKey& Change(const CallKey& key) {
    plan_.changed.insert(key.key);
    return plan_.keys[key.key];
  }

  const absl::string_view run_id_;
  const absl::Duration lived_;
  CallKeyPlan plan_;
};

}  // namespace

std::vector<absl::string_view> KeysOf(const std::vector<WriteRequest>& requests) {
  std::vector<absl::string_view> keys;
  for (const WriteRequest& request : requests) {
    if (const auto* claim = std::get_if<ClaimRequest>(&request)) keys.push_back(claim->key.key);
    if (const auto* settle = std::get_if<SettleRequest>(&request)) keys.push_back(settle->key.key);
  }
  return keys;
}

CallKeyPlan PlanKeys(StoredKeys keys, absl::string_view run_id, absl::Duration lived,
                     std::vector<WriteRequest>& requests) {
  Planning planning(std::move(keys), run_id, lived);
  for (WriteRequest& request : requests) std::visit(planning, request);
  return planning.Take();
}

}  // namespace kyc::events::postgres
