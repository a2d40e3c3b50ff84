// A table on the terminal.
#ifndef CLIENTS_KYC_CLI_ROWS_H_
#define CLIENTS_KYC_CLI_ROWS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "clients/kyc/cli/session.h"
#include "clients/kyc/cli/table.h"

namespace kyc::cli {

// Where there are no rows, says so to whoever reads, not to a program that does: "no upgrade".
void ShowRows(Session& session, const Row& header, const std::vector<Row>& rows,
              absl::string_view none);

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_CLI_ROWS_H_
