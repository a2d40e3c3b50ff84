#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "clients/kyc/cli/exit.h"
#include "clients/kyc/cli/table.h"
#include "clients/kyc/commands/makers.h"
#include "clients/kyc/commands/snap_code.h"
#include "clients/kyc/json_text.h"

namespace kyc::cli {
namespace {

class Snap final : public Command {
 public:
  void Declare(Options& options) override {
    options.Word("CODE", code_, "seven digits: HTTP status, service code, case code",
                 Need::kRequired);
  }

  int Run(Session& session) override {
    const auto code = ReadSnapCode(code_);
    if (!code.has_value()) {
      session.err << "kyc: a response code is seven digits, such as 4090001\n";
      return kWrongCommand;
    }
    const SnapMeaning meaning = MeaningOf(*code);
    const std::vector<std::pair<std::string, std::string>> pairs = {
        {"http", absl::StrCat(code->http)},
        {"service", code->service},
        {"case", code->number},
        {"means", meaning.means},
        {"callersGet", meaning.callers_get},
        {"ourWebhook", meaning.webhook}};
    session.out << (session.json ? client::ObjectJson(pairs) + "\n" : PairsText(pairs));
    return kDone;
  }

 private:
  std::string code_;
};

}  // namespace

std::unique_ptr<Command> MakeSnap() { return std::make_unique<Snap>(); }

}  // namespace kyc::cli
