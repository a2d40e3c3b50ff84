#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "clients/kyc/cli/exit.h"
#include "clients/kyc/cli/table.h"
#include "clients/kyc/commands/makers.h"
#include "clients/kyc/json_text.h"
#include "server/doctor/examine.h"

namespace kyc::cli {
namespace {

using doctor::Finding;
using doctor::Verdict;
using doctor::Whose;

const char* NameOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk:
      return "ok";
    case Verdict::kLook:
      return "look";
    case Verdict::kMend:
      return "mend";
  }
  return "";
}

// On a terminal: green, yellow, red.
const char* ColourOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk:
      return "\033[32m";
    case Verdict::kLook:
      return "\033[33m";
    case Verdict::kMend:
      return "\033[31m";
  }
  return "";
}

Exit ExitOf(const Finding& finding) {
  if (finding.verdict != Verdict::kMend) return kDone;
  switch (finding.whose) {
    case Whose::kConfiguration:
      return kWrongCommand;
    case Whose::kMachine:
      return kFailed;
    case Whose::kOthers:
      return kUnavailable;
  }
  return kFailed;
}

// What to mend first: without a configuration nothing else counts, and what others are to mend
// comes last.
Exit Worst(const std::vector<Finding>& findings) {
  for (const Exit exit : {kWrongCommand, kFailed, kUnavailable}) {
    const bool found = std::any_of(findings.begin(), findings.end(),
                                   [exit](const Finding& one) { return ExitOf(one) == exit; });
    if (found) return exit;
  }
  return kDone;
}

std::string LineOf(const Finding& finding, bool colours) {
  constexpr size_t kVerdictWidth = 6;
  constexpr size_t kCheckWidth = 15;
  const std::string verdict = NameOf(finding.verdict);
  std::string line =
      colours ? absl::StrCat(ColourOf(finding.verdict), verdict, "\033[0m") : verdict;
  line.append(kVerdictWidth - verdict.size(), ' ');
  absl::StrAppend(&line, finding.check);
  line.append(std::max<size_t>(1, kCheckWidth - std::min(kCheckWidth, finding.check.size())), ' ');
  absl::StrAppend(&line, finding.of, finding.of.empty() ? "" : ": ", Printable(finding.says), "\n");
  if (finding.advice.empty()) return line;
  return absl::StrCat(line, std::string(kVerdictWidth + kCheckWidth, ' '), "-> ",
                      Printable(finding.advice), "\n");
}

std::string JsonOf(const Finding& finding) {
  return client::ObjectJson({{"check", finding.check},
                             {"of", finding.of},
                             {"verdict", NameOf(finding.verdict)},
                             {"says", finding.says},
                             {"advice", finding.advice}}) +
         "\n";
}

std::string SumOf(const std::vector<Finding>& findings) {
  const auto count = [&findings](Verdict verdict) {
    return std::count_if(findings.begin(), findings.end(),
                         [verdict](const Finding& one) { return one.verdict == verdict; });
  };
  return absl::StrCat(count(Verdict::kOk), " ok, ", count(Verdict::kLook), " to look at, ",
                      count(Verdict::kMend), " to mend\n");
}

class Doctor final : public Command {
 public:
  void Declare(Options& options) override {
    options.Text("-c,--config", "FILE", config_,
                 "the gateway's configuration, as kyc-gateway takes it", Need::kRequired);
  }

  int Run(Session& session) override {
    const std::vector<Finding> findings = doctor::Examine(config_);
    for (const Finding& finding : findings) {
      session.out << (session.json ? JsonOf(finding) : LineOf(finding, session.colours));
    }
    if (!session.json) session.out << SumOf(findings);
    return Worst(findings);
  }

 private:
  std::string config_;
};

}  // namespace

std::unique_ptr<Command> MakeDoctor() { return std::make_unique<Doctor>(); }

}  // namespace kyc::cli
