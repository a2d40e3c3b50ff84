// Requests full of planted values, and pictures for them.
#ifndef TESTS_SUPPORT_REQUESTS_H_
#define TESTS_SUPPORT_REQUESTS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "tests/support/client.h"

namespace kyc::tests {

enum class Format { kJpeg, kPng };

// A drawn identity card of exactly that many bytes: 16, 100, 1,000 or 4,000 thousand.
std::string Picture(Format format = Format::kJpeg, size_t bytes = 16'000);

// Requests that have every field. `magic` is what the simulator answers by: the beginning of
// cust_ref_no, the last four digits of nik or of phone_no.
LivenessRequest Liveness(absl::string_view magic = "ref");
RecognizeRequest Recognize(absl::string_view magic = "ref");
ValidateRequest Validate(absl::string_view magic = "ref", absl::string_view nik_end = "0001");
WidgetRequest Widget(absl::string_view phone_end = "7777");

// What WideKYC says of a living person.
inline constexpr char kLiveReply[] =
    R"({"statusCode":"SUCCESSFUL","content":{"result":{"status":"success","result":"True"}}})";

// SHA-256 in small hexadecimal digits.
std::string Sha256(absl::string_view bytes);

}  // namespace kyc::tests

#endif  // TESTS_SUPPORT_REQUESTS_H_
