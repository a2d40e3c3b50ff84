// A body as its sender meant it, without the coding that it was packed in on the way.
#ifndef SERVER_UPSTREAM_CONTENT_CODING_H_
#define SERVER_UPSTREAM_CONTENT_CODING_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/upstream/http.h"

namespace kyc::upstream {

// Undoes the codings of a Content-Encoding's value, last one first: gzip (also x-gzip, and of
// several members), deflate (with zlib's frame as documented, or bare as some send it), identity;
// at most two beside identity. INVALID_ARGUMENT with a reason that ends the sentence "The reply
// ..." for any other coding, what is cut or broken, and as soon as a step gives more than
// `max_bytes`. Pure.
absl::StatusOr<std::string> WithoutCoding(absl::string_view content_encoding,
                                          absl::string_view body, size_t max_bytes);

// The same of a reply by its headers, in place; where it fails the body is as it came. The gateway
// asks for no coding, but a proxy on the way may choose one all the same.
absl::Status RemoveCoding(HttpResponse& response, size_t max_bytes);

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_CONTENT_CODING_H_
