// The test mode's table, as the simulator's code has it.
#include "tools/simulator/magic.h"

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "clients/kyc/cli/exit.h"
#include "clients/kyc/cli/rows.h"
#include "clients/kyc/commands/makers.h"
#include "clients/kyc/json_text.h"

namespace kyc::cli {
namespace {

class Magic final : public Command {
 public:
  void Declare(Options& options) override {
    options.Word("TEXT", text_, "only rows with this in them, such as `phone` or `429`",
                 Need::kOptional);
  }

  int Run(Session& session) override {
    std::vector<Row> rows;
    for (const simulator::MagicRow& row : simulator::MagicTable()) {
      const std::string value = row.value + (row.delay_in_value ? "<ms>" : "");
      const Row cells = {std::string(simulator::FieldName(row.field)), value,
                         absl::StrCat(row.answer.status), row.what};
      if (!Holds(cells)) continue;
      if (!session.json) rows.push_back(cells);
      if (session.json) {
        session.out << "{\"where\":" << client::QuoteJson(cells[0])
                    << ",\"value\":" << client::QuoteJson(cells[1]) << ",\"http\":" << cells[2]
                    << ",\"what\":" << client::QuoteJson(cells[3]) << "}\n";
      }
    }
    ShowRows(session, {"WHERE", "VALUE", "HTTP", "THE UPSTREAM'S ANSWER"}, rows, "no such value");
    return kDone;
  }

 private:
  bool Holds(const Row& cells) const {
    for (const std::string& cell : cells) {
      if (absl::StrContains(absl::AsciiStrToLower(cell), absl::AsciiStrToLower(text_))) return true;
    }
    return false;
  }

  std::string text_;
};

}  // namespace

std::unique_ptr<Command> MakeMagic() { return std::make_unique<Magic>(); }

}  // namespace kyc::cli
