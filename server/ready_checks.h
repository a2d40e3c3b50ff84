// What readiness depends on in this process. Pure.
#ifndef SERVER_READY_CHECKS_H_
#define SERVER_READY_CHECKS_H_

#include <string>
#include <vector>

#include "absl/types/optional.h"
#include "server/admin/readiness.h"

namespace kyc {

// How it stands. What this process does not have is nullopt.
struct ProcessState {
  bool leaving = false;
  absl::optional<bool> log_writable = {};  // Of a process that must write it.
  absl::optional<bool> log_damaged = {};
  absl::optional<std::string> deaf_listener = {};  // Empty: none.
  absl::optional<double> quarantine_used = {};     // Of an account's share; the fullest's.
};

// Whether operators must look after the quarantine.
bool IsNearlyFull(double quarantine_used);

// A check for each thing that this process has.
std::vector<admin::ReadyCheck> ReadyChecksOf(const ProcessState& state);

}  // namespace kyc

#endif  // SERVER_READY_CHECKS_H_
