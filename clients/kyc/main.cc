// kyc: a client for the command line. Called by the name `grpcurl` it takes that program's place.
#include <google/protobuf/stubs/logging.h>
#include <signal.h>

#include <iostream>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "clients/kyc/brief_text.h"
#include "clients/kyc/command.h"
#include "clients/kyc/run_command.h"
#include "clients/kyc/watch.h"
#include "tools/version/version.h"

int main(int argc, char** argv) {
  google::protobuf::SetLogHandler(nullptr);
  signal(SIGPIPE, SIG_IGN);
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const std::string name = argv[0];
  if (name.substr(name.rfind('/') + 1) == "grpcurl") arguments.insert(arguments.begin(), "grpcurl");

  const auto command = kyc::client::ParseCommand(arguments);
  if (!command.ok()) {
    std::cerr << "kyc: " << kyc::client::BriefText(command.status().message()) << "\n"
              << kyc::client::kUsage;
    return 2;
  }
  if (command->verb == kyc::client::Verb::kHelp || command->verb == kyc::client::Verb::kVersion) {
    const bool help = command->verb == kyc::client::Verb::kHelp;
    std::cout << (help ? std::string(kyc::client::kUsage) : kyc::VersionLine("kyc"));
    return 0;
  }
  if (command->verb == kyc::client::Verb::kWatch) {
    return kyc::client::Watch(*command, std::cout, std::cerr, absl::SleepFor);
  }
  return kyc::client::RunCommand(*command, std::cin, std::cout, std::cerr);
}
