// How hard a token is to guess.
#ifndef SERVER_CALL_TOKEN_STRENGTH_H_
#define SERVER_CALL_TOKEN_STRENGTH_H_

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"

namespace kyc {

// Whether a random text of its length and characters has at least 128 bits: 32 hexadecimal digits,
// 22 characters of base64. What is short can be found by its digest. Pure; says nothing of whether
// it is random.
inline bool HasEnoughBits(absl::string_view token) {
  const auto all = [&](auto accept) { return std::all_of(token.begin(), token.end(), accept); };
  if (all(absl::ascii_isdigit)) return token.size() >= 39;
  if (all(absl::ascii_isxdigit)) return token.size() >= 32;
  return token.size() >= 22;
}

}  // namespace kyc

#endif  // SERVER_CALL_TOKEN_STRENGTH_H_
