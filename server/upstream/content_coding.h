// A body as its sender meant it, without the coding that it was packed in on the way.
#ifndef SERVER_UPSTREAM_CONTENT_CODING_H_
#define SERVER_UPSTREAM_CONTENT_CODING_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/upstream/http.h"

namespace kyc::upstream {

// A body without each of its codings that could be undone. `fault` is the first that could not:
// INVALID_ARGUMENT with a reason that ends the sentence "The reply ...".
struct Uncoded {
  std::string body;
  absl::Status fault;
};

// Undoes the codings of a Content-Encoding's value, last one first: gzip (also x-gzip, and of
// several members), deflate (with zlib's frame as documented, or bare as some send it), identity;
// at most two beside identity. A fault is any other coding, what is cut or broken, and a step that
// gives more than `max_bytes`; it is passed over, because a name that nobody knows, or that a proxy
// left there after it had unpacked the body, says nothing about the bytes. A gzip stream that is
// left after that is undone, too, and the fault is that it was not said. What follows a whole
// stream with a checksum (padding, say) is left out. Pure.
Uncoded WithoutCoding(absl::string_view content_encoding, absl::string_view body, size_t max_bytes);

// The same of a reply by its headers, in place. Its fault. The gateway asks for no coding, but a
// proxy on the way may choose one all the same.
absl::Status RemoveCoding(HttpResponse& response, size_t max_bytes);

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_CONTENT_CODING_H_
