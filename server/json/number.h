// Numbers by their own text, because a double would not be exact.
#ifndef SERVER_JSON_NUMBER_H_
#define SERVER_JSON_NUMBER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace kyc::json {

// Whether a text is a number by RFC 8259.
bool IsNumber(absl::string_view text);

// An integer's digits however the number is written, with a '-' if it is below zero:
// "3.201010101010001E15" is "3201010101010001", "1200e-2" is "12", "-0.0" is "0". nullopt: no
// number, not an integer, or one of more than 128 digits. Pure.
absl::optional<std::string> ExactInteger(absl::string_view number);

}  // namespace kyc::json

#endif  // SERVER_JSON_NUMBER_H_
