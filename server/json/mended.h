// A document whose texts are not all what JSON allows, made one that can be parsed.
#ifndef SERVER_JSON_MENDED_H_
#define SERVER_JSON_MENDED_H_

#include <string>

#include "absl/strings/string_view.h"

namespace kyc::json {

// Stands for bytes that no text may have: U+FDD0, which is no character and in no honest document.
inline constexpr absl::string_view kNoCharacter = "\xEF\xB7\x90";

// The document with kNoCharacter in place of each control character and each byte of invalid UTF-8
// that stands inside a string. Pure; at most three times as long.
std::string Mended(absl::string_view document);

}  // namespace kyc::json

#endif  // SERVER_JSON_MENDED_H_
