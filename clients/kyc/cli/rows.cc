#include "clients/kyc/cli/rows.h"

#include <ostream>

namespace kyc::cli {

void ShowRows(Session& session, const Row& header, const std::vector<Row>& rows,
              absl::string_view none) {
  session.out << TableText(header, rows, session.colours);
  if (rows.empty() && !session.json) session.err << "kyc: there is " << none << "\n";
}

}  // namespace kyc::cli
