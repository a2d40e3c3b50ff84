// Answers for people: tables, and messages field by field. Pure.
#ifndef CLIENTS_KYC_CLI_TABLE_H_
#define CLIENTS_KYC_CLI_TABLE_H_

#include <google/protobuf/message.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace kyc::cli {

using Row = std::vector<std::string>;

// What a terminal would obey (colours, the cursor, the direction of letters) becomes '?'. Whatever
// others wrote passes through here before it is shown.
std::string Printable(absl::string_view text);

// Columns as wide as their widest cell; with colours the header is bold. Empty if there are no
// rows.
std::string TableText(const Row& header, const std::vector<Row>& rows, bool colours);

// A line of comma-separated values as RFC 4180 has it, but for its end, a line feed.
std::string CsvLine(const Row& cells);

// Two columns without a header.
std::string PairsText(const std::vector<std::pair<std::string, std::string>>& pairs);

// Each field that is set: its name ("transaction.trx_id") and its value.
std::vector<std::pair<std::string, std::string>> FieldsOf(const google::protobuf::Message& message);

// A value of an enum in words: "UPGRADE_STATUS_APPROVED" is "approved".
std::string EnumWords(const google::protobuf::EnumValueDescriptor& value);

// "2026-11-28 06:49:20Z"; empty where there is none.
std::string TimeText(const google::protobuf::Timestamp& time);

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_CLI_TABLE_H_
