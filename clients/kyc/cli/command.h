// What a command is.
#ifndef CLIENTS_KYC_CLI_COMMAND_H_
#define CLIENTS_KYC_CLI_COMMAND_H_

#include <memory>

#include "clients/kyc/cli/options.h"
#include "clients/kyc/cli/session.h"

namespace kyc::cli {

// Made for one command line, run once.
class Command {
 public:
  virtual ~Command() = default;

  // Its own options; those of every command are the line's.
  virtual void Declare(Options& options) = 0;

  // Blocks until it is done. Returns an Exit, or 64 and a gRPC code.
  virtual int Run(Session& session) = 0;
};

// A command's line in the help, or that of a word which other commands begin with: then `make` is
// null.
struct Entry {
  const char* group;    // Under which it stands.
  const char* words;    // "liveness", or "upgrades list".
  const char* what;     // One line.
  const char* example;  // Lines that work against tools/run.
  std::unique_ptr<Command> (*make)();
};

template <typename T>
std::unique_ptr<Command> Make() {
  return std::make_unique<T>();
}

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_CLI_COMMAND_H_
