#include "server/ready_checks.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace kyc {
namespace {

using admin::ReadyCheck;

constexpr double kNearlyFull = 0.8;

ReadyCheck Check(const char* name, std::string fault) {
  return {name, fault.empty() ? ReadyCheck::Is::kGood : ReadyCheck::Is::kFails, std::move(fault)};
}

// No reason to take notifications elsewhere: all that can be read are still taken.
ReadyCheck QuarantineCheck(double used) {
  if (!IsNearlyFull(used)) return Check("quarantine", "");
  if (used >= 1) {
    return {"quarantine", ReadyCheck::Is::kWarns,
            "the quarantine is full: an account's unreadable notifications are answered 503"};
  }
  return {"quarantine", ReadyCheck::Is::kWarns,
          absl::StrCat("the quarantine is nearly full: ", static_cast<int>(used * 100),
                       " % of an account's share is used; then its unreadable notifications are "
                       "answered 503")};
}

}  // namespace

bool IsNearlyFull(double quarantine_used) { return quarantine_used >= kNearlyFull; }

std::vector<ReadyCheck> ReadyChecksOf(const ProcessState& state) {
  std::vector<ReadyCheck> checks = {Check("staying", state.leaving ? "draining" : "")};
  if (state.log_writable.has_value()) {
    checks.push_back(
        Check("event_log_writable", *state.log_writable ? "" : "the event log cannot be written"));
  }
  if (state.log_damaged.has_value()) {
    checks.push_back(
        Check("event_log_whole", *state.log_damaged ? "the event log is damaged" : ""));
  }
  if (state.deaf_listener.has_value()) {
    const std::string& deaf = *state.deaf_listener;
    checks.push_back(
        Check("grpc_listeners",
              deaf.empty() ? "" : absl::StrCat("no new connection is served at ", deaf)));
  }
  if (state.quarantine_used.has_value()) checks.push_back(QuarantineCheck(*state.quarantine_used));
  return checks;
}

}  // namespace kyc
