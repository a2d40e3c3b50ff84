// The upstream's words, made fit to be shown.
#ifndef SERVER_UPSTREAM_MASKED_TEXT_H_
#define SERVER_UPSTREAM_MASKED_TEXT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kyc::upstream {

// The upstream's words with every value of the request (any of `values` and each of its words,
// which anything but letters and digits separates, in any letter case of ASCII; those of one or two
// bytes only where they are a whole word), every run of four digits or more (also one with single
// separators in it: "0812-345", "25/03/1977") and every run of 20 or more characters of base64
// masked, control characters dropped, cut to 256 characters on a UTF-8 boundary: fit for
// metadata["upstreamText"]. `text` is valid UTF-8. Looks at no more than the first 16 KiB.
std::string MaskedText(absl::string_view text, const std::vector<std::string>& values);

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_MASKED_TEXT_H_
