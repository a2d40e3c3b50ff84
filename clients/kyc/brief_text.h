// What of a text is shown in an error: it may quote a request, and with it a picture. Pure.
#ifndef CLIENTS_KYC_BRIEF_TEXT_H_
#define CLIENTS_KYC_BRIEF_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace kyc::client {

// The text with how long they are in place of runs of more than 64 characters that base64 could
// be, cut to 400 bytes.
std::string BriefText(absl::string_view text);

}  // namespace kyc::client

#endif  // CLIENTS_KYC_BRIEF_TEXT_H_
