// The shapes of text that the widget's fields have.
#ifndef SERVER_FINPAY_TEXT_H_
#define SERVER_FINPAY_TEXT_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"

namespace kyc::finpay {

// `min` to `max` ASCII digits.
bool AreDigits(absl::string_view text, size_t min, size_t max);

// Digits, starting with 62 or 08, 10 to 15 in all.
bool IsPhone(absl::string_view text);

// Something on both sides of one '@', no white space, control or invisible characters, at most 254
// bytes.
bool IsEmail(absl::string_view text);

// An absolute https URL (or http, if allowed) with a host, of visible ASCII characters.
bool IsWebUrl(absl::string_view text, bool allow_http);

// Two capital letters: how the document's sample names a nationality, against its own table.
bool IsCountryCode(absl::string_view text);

// "2024-11-01 14:01:10", read as Asia/Jakarta: UTC+7 all year, so no tz database is needed.
absl::optional<absl::Time> ParseExpiry(absl::string_view text);

}  // namespace kyc::finpay

#endif  // SERVER_FINPAY_TEXT_H_
