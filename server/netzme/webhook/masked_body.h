// The shape of a notification's body without anybody's data. Pure.
#ifndef SERVER_NETZME_WEBHOOK_MASKED_BODY_H_
#define SERVER_NETZME_WEBHOOK_MASKED_BODY_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace kyc::netzme {

inline constexpr size_t kMaxMaskedBytes = 4096;

// Every letter and digit of every JSON value becomes `*` (a character that is not ASCII becomes
// one), and so do keys but plain words of ASCII; punctuation stays. A body that is no JSON keeps
// only its ASCII punctuation and blanks. Valid UTF-8, at most kMaxMaskedBytes.
std::string MaskedBody(absl::string_view body);

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_WEBHOOK_MASKED_BODY_H_
