// Which characters a text may have that names something.
#ifndef SERVER_CALL_TEXT_RULES_H_
#define SERVER_CALL_TEXT_RULES_H_

#include "absl/strings/string_view.h"

namespace kyc {

// Whether a text has nothing but spaces of any width, and controls. True of an empty one.
bool IsBlank(absl::string_view text);

// A text without such characters at its ends.
absl::string_view WithoutBlanks(absl::string_view text);

// Whether a text has nothing but these and characters that nobody sees, so that it tells nobody
// anything. True of an empty one.
bool IsInvisible(absl::string_view text);

// Whether a text can be somebody's name for something. Not blank; no controls: U+0000 to U+001F (so
// also tabs and line ends), U+007F to U+009F, U+2028 and U+2029; and none of the characters that
// nobody sees (zero width, directions, soft hyphen, variation selectors, fillers, tags), with which
// two that look the same are two. What is not valid UTF-8 is none.
bool IsIdentifier(absl::string_view text);

// What an error says of a text that has to be one and is not.
inline constexpr char kNoIdentifier[] =
    "must have no control or invisible characters, nor be blank";

}  // namespace kyc

#endif  // SERVER_CALL_TEXT_RULES_H_
