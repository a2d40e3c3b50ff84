// Following the log of upgrades: where to begin, what to see, and the loop around the client
// library's watch, which never ends by itself.
#ifndef CLIENTS_KYC_COMMANDS_FOLLOW_H_
#define CLIENTS_KYC_COMMANDS_FOLLOW_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "clients/kyc/cli/options.h"
#include "clients/kyc/cli/session.h"
#include "netzme/v1/upgrade_notification.pb.h"

namespace kyc::cli {

// The options of whatever follows.
struct Place {
  std::string cursor_file;  // Empty: the place is remembered only while the program runs.
  std::string from = "latest";
  std::string since;  // Goes before `from`.
  std::vector<std::string> filters;
  std::vector<std::string> references;
  bool full = false;
  bool until_caught_up = false;

  void Declare(Options& options);
};

// FIELD=VALUE: status, reference, customer, type or account. Pure.
absl::StatusOr<::netzme::v1::UpgradeFilter> FilterOf(const std::vector<std::string>& filters,
                                                     const std::vector<std::string>& references);

// "2026-11-28T06:00:00Z", or how long before `now`: "90m", "2h", "3d". Pure.
absl::StatusOr<absl::Time> SinceOf(absl::string_view text, absl::Time now);

// Hands over each batch; once `take` returns OK its cursor is saved. So nothing is skipped, and
// nothing comes twice, unless the program is killed between the two: then the last batch's events
// (64 at most) come again. Blocks; a stream that ends is reopened. Ends, with an Exit, at an error
// that no repeat mends, when `take` fails, or once caught up where that was asked for.
int Follow(Session& session, const Place& place,
           absl::FunctionRef<absl::Status(const ::netzme::v1::Events&)> take);

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_COMMANDS_FOLLOW_H_
