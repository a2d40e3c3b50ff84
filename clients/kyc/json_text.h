// JSON as text. Pure.
#ifndef CLIENTS_KYC_JSON_TEXT_H_
#define CLIENTS_KYC_JSON_TEXT_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kyc::client {

// With quotes, escaped as Go's encoder does: also < > & and U+2028, U+2029; bytes that are not
// UTF-8 become U+FFFD.
std::string QuoteJson(absl::string_view text);

// An object of texts, each after its name: {"a":"1","b":"2"}.
std::string ObjectJson(const std::vector<std::pair<std::string, std::string>>& texts);

// The shortest text that reads back as the same number, as Go's encoder writes it.
std::string NumberJson(double value);
std::string NumberJson(float value);

// google.protobuf's times: "2026-11-28T06:49:20.526061Z", "1.500s"; of a second none, 3, 6 or 9
// digits.
std::string TimestampJson(int64_t seconds, int64_t nanos);
std::string DurationJson(int64_t seconds, int64_t nanos);

// The length of the JSON value that `text` begins with: up to its closing bracket or quote, or the
// next space. 0 if it does not end. Looks at brackets and quotes only.
size_t JsonValueLength(absl::string_view text);

// The values that stand one after the other in `text`.
absl::StatusOr<std::vector<std::string>> SplitJson(absl::string_view text);

}  // namespace kyc::client

#endif  // CLIENTS_KYC_JSON_TEXT_H_
