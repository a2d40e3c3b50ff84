#include <ostream>
#include <string>

#include "clients/kyc/cli/exit.h"
#include "clients/kyc/commands/makers.h"

namespace kyc::cli {
namespace {

// Each asks kyc itself, so that it knows what the kyc that is installed knows. Where kyc offers
// nothing, a file may follow. zsh's is good for `source` and as a file `_kyc` in $fpath, which zsh
// makes a function of that name of.
constexpr char kBash[] = R"(_kyc() {
  mapfile -t COMPREPLY < <("${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _kyc kyc
)";
constexpr char kZsh[] = R"(#compdef kyc
_kyc() {
  local -a offered
  offered=("${(@f)$("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n $offered ]]; then compadd -a offered; else _files; fi
}
if [[ $funcstack[1] == _kyc ]]; then _kyc "$@"; else compdef _kyc kyc; fi
)";
constexpr char kFish[] = R"(function __kyc_offered
  set -l words (commandline -opc) (commandline -ct)
  set -l offered ($words[1] __complete $words[2..-1] 2>/dev/null)
  if set -q offered[1]
    printf '%s\n' $offered
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c kyc -f -a '(__kyc_offered)'
)";

class Completion final : public Command {
 public:
  void Declare(Options& options) override {
    options.Word("SHELL", shell_, "bash, zsh or fish", Need::kRequired);
  }

  int Run(Session& session) override {
    const char* const script = shell_ == "bash"   ? kBash
                               : shell_ == "zsh"  ? kZsh
                               : shell_ == "fish" ? kFish
                                                  : nullptr;
    if (script == nullptr) {
      session.err << "kyc: completion is there for bash, zsh and fish\n";
      return kWrongCommand;
    }
    session.out << script;
    return kDone;
  }

 private:
  std::string shell_;
};

}  // namespace

std::unique_ptr<Command> MakeCompletion() { return std::make_unique<Completion>(); }

}  // namespace kyc::cli
