// kyc: calls, follows and operates a gateway. Called by the name `grpcurl` it takes that program's
// place.
#include <google/protobuf/stubs/logging.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "clients/kyc/brief_text.h"
#include "clients/kyc/cli/complete.h"
#include "clients/kyc/cli/failure.h"
#include "clients/kyc/cli/line.h"
#include "clients/kyc/command.h"
#include "clients/kyc/commands/all.h"
#include "clients/kyc/run_command.h"
#include "tools/version/version.h"

namespace {

using kyc::cli::Asked;
using kyc::cli::Colour;
using kyc::cli::Session;
using kyc::cli::Told;

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool Coloured(Colour colour) {
  if (colour != Colour::kAuto) return colour == Colour::kAlways;
  return isatty(STDOUT_FILENO) == 1 && Variable("NO_COLOR").empty() && Variable("TERM") != "dumb";
}

absl::StatusOr<kyc::client::Access> AccessOf(const Asked& asked) {
  const auto environment = kyc::cli::SaidByEnvironment(Variable);
  if (!environment.ok()) return environment.status();
  const bool named = !asked.settings.empty() || !Variable("KYC_SETTINGS").empty();
  auto file = kyc::cli::SaidByFile(kyc::cli::SettingsPath(asked.settings, Variable), named);
  if (!file.ok()) return file.status();
  return kyc::cli::Settle(asked.access, *environment, *std::move(file));
}

int Run(Asked asked) {
  Session session{.in = std::cin, .out = std::cout, .err = std::cerr};
  session.timeout = asked.timeout;
  session.json = asked.json;
  session.colours = Coloured(asked.colour);
  session.lively = isatty(STDERR_FILENO) == 1;
  auto access = AccessOf(asked);
  if (!access.ok()) {
    kyc::cli::Fail(session, access.status());
    return kyc::cli::kWrongCommand;
  }
  session.access = *std::move(access);
  session.access.headers = std::move(asked.headers);
  const int exit = asked.command->Run(session);
  if (std::cout.flush()) return exit;
  std::cerr << "kyc: what there is to say could not be written\n";
  return kyc::cli::kFailed;
}

int Grpcurl(const std::vector<std::string>& arguments) {
  const auto command = kyc::client::ParseCommand(arguments);
  if (!command.ok()) {
    std::cerr << "kyc: " << kyc::client::BriefText(command.status().message()) << "\n"
              << kyc::client::kUsage;
    return kyc::cli::kWrongCommand;
  }
  if (command->verb == kyc::client::Verb::kHelp || command->verb == kyc::client::Verb::kVersion) {
    const bool help = command->verb == kyc::client::Verb::kHelp;
    std::cout << (help ? std::string(kyc::client::kUsage) : kyc::VersionLine("kyc"));
    return kyc::cli::kDone;
  }
  return kyc::client::RunCommand(*command, std::cin, std::cout, std::cerr);
}

int Offer(const std::vector<std::string>& arguments) {
  const auto words = absl::MakeConstSpan(arguments).subspan(1);
  for (const std::string& word : kyc::cli::Complete(kyc::cli::AllCommands(), words)) {
    std::cout << word << "\n";
  }
  return kyc::cli::kDone;
}

}  // namespace

int main(int argc, char** argv) {
  google::protobuf::SetLogHandler(nullptr);
  signal(SIGPIPE, SIG_IGN);
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const std::string name = argv[0];
  if (name.substr(name.rfind('/') + 1) == "grpcurl") arguments.insert(arguments.begin(), "grpcurl");
  if (!arguments.empty() && arguments[0] == "grpcurl") return Grpcurl(arguments);
  if (!arguments.empty() && arguments[0] == "__complete") return Offer(arguments);
  if (arguments == std::vector<std::string>{"help"}) arguments = {"--help"};

  auto line = kyc::cli::ReadLine(kyc::cli::AllCommands(), arguments);
  if (auto* asked = std::get_if<Asked>(&line)) return Run(std::move(*asked));
  const Told& told = std::get<Told>(line);
  (told.exit == kyc::cli::kDone ? std::cout : std::cerr) << told.text;
  return told.exit;
}
