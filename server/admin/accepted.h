// What a client says that it takes, by RFC 9110's Accept and Accept-Encoding. Pure.
#ifndef SERVER_ADMIN_ACCEPTED_H_
#define SERVER_ADMIN_ACCEPTED_H_

#include "absl/strings/string_view.h"

namespace kyc::admin {

// How much it likes `type`, such as "text/plain", whose version is `version`: 0 (not at all) to 1.
// What it says of "*/*" or of the type's first half counts where it says nothing nearer. A header
// that is empty takes everything.
double LikingOf(absl::string_view accept, absl::string_view type, absl::string_view version);

// Whether a reply may come as gzip.
bool TakesGzip(absl::string_view accept_encoding);

}  // namespace kyc::admin

#endif  // SERVER_ADMIN_ACCEPTED_H_
