// Which characters a text may have that people or other programs will read.
#ifndef SERVER_CALL_TEXT_RULES_H_
#define SERVER_CALL_TEXT_RULES_H_

#include "absl/strings/string_view.h"

namespace kyc {

// Whether a text has a control character: U+0000 to U+001F (so also tabs and line ends), U+007F to
// U+009F, the line and paragraph separators U+2028 and U+2029; or is not valid UTF-8.
bool HasControls(absl::string_view text);

// Whether a text has nothing but blanks: spaces of any width, and what HasControls counts.
// True of an empty one.
bool IsBlank(absl::string_view text);

// Whether a text can be somebody's name for something: no controls, not blank, and none of the
// characters that nobody sees (zero width, directions, soft hyphen, tags), with which two that look
// the same are two.
bool IsIdentifier(absl::string_view text);

}  // namespace kyc

#endif  // SERVER_CALL_TEXT_RULES_H_
