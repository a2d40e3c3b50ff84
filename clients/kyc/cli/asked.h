// What a command line asks for.
#ifndef CLIENTS_KYC_CLI_ASKED_H_
#define CLIENTS_KYC_CLI_ASKED_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "clients/kyc/cli/command.h"
#include "clients/kyc/cli/settings.h"

namespace kyc::cli {

enum class Colour { kAuto, kAlways, kNever };

// A command with its options filled in.
struct Asked {
  std::unique_ptr<Command> command;
  Said access;
  std::string settings;  // The file that is named; empty: the usual one.
  std::vector<std::pair<std::string, std::string>> headers;
  absl::Duration timeout = absl::InfiniteDuration();
  bool json = false;
  Colour colour = Colour::kAuto;
};

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_CLI_ASKED_H_
