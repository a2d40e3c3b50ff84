#include <string>

#include "clients/kyc/commands/makers.h"
#include "clients/kyc/run_command.h"

namespace kyc::cli {
namespace {

class Call final : public Command {
 public:
  void Declare(Options& options) override {
    options.Word("ADDRESS", address_, "the gateway, as --address; may be left out",
                 Need::kRequired);
    options.Word("METHOD", method_, "package.Service/Method", Need::kOptional);
    options.Text("-d,--data", "JSON|@", data_, "the request; @: from standard input");
    options.Switch("--emit-defaults", emit_defaults_, "show fields that are not set, too");
  }

  int Run(Session& session) override {
    if (method_.empty()) std::swap(method_, address_);
    client::Command command;
    static_cast<client::Access&>(command) = session.access;
    if (!address_.empty()) command.address = address_;
    command.verb = client::Verb::kCall;
    command.symbol = method_;
    command.max_time = session.timeout;
    command.data_from_stdin = data_ == "@";
    if (!command.data_from_stdin) command.data = data_;
    command.emit_defaults = emit_defaults_;
    command.one_line = session.json;
    return client::RunCommand(command, session.in, session.out, session.err);
  }

 private:
  std::string address_;
  std::string method_;
  std::string data_;
  bool emit_defaults_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeCall() { return std::make_unique<Call>(); }

}  // namespace kyc::cli
