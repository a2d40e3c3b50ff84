// list and describe.
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "clients/kyc/commands/makers.h"
#include "clients/kyc/run_command.h"

namespace kyc::cli {
namespace {

class Ask : public Command {
 public:
  explicit Ask(client::Verb verb) : verb_(verb) {}

  void Declare(Options& options) override {
    const bool list = verb_ == client::Verb::kList;
    options.Word("ADDRESS", address_, "the gateway, as --address; has a colon", Need::kOptional);
    options.Word(list ? "SERVICE" : "SYMBOL", symbol_,
                 list ? "whose methods; else all services" : "what to show; else all services",
                 Need::kOptional);
  }

  int Run(Session& session) override {
    if (symbol_.empty() && !absl::StrContains(address_, ':')) std::swap(symbol_, address_);
    client::Command command;
    static_cast<client::Access&>(command) = session.access;
    if (!address_.empty()) command.address = address_;
    command.verb = verb_;
    command.symbol = symbol_;
    command.max_time = session.timeout;
    command.one_line = session.json;
    return client::RunCommand(command, session.in, session.out, session.err);
  }

 private:
  const client::Verb verb_;
  std::string address_;
  std::string symbol_;
};

}  // namespace

std::unique_ptr<Command> MakeList() { return std::make_unique<Ask>(client::Verb::kList); }
std::unique_ptr<Command> MakeDescribe() { return std::make_unique<Ask>(client::Verb::kDescribe); }

}  // namespace kyc::cli
