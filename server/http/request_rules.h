// Which requests are refused before anything is done with them: what the parser leaves open and
// request smuggling lives on. Pure.
#ifndef SERVER_HTTP_REQUEST_RULES_H_
#define SERVER_HTTP_REQUEST_RULES_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "server/http/handler.h"

namespace kyc::http {

// What a scan of a head's bytes found.
struct HeadScan {
  bool bad = false;            // Cannot become a request any more.
  absl::optional<size_t> end;  // Just behind the empty line that ends the head.
};

// Scans the bytes of a head that have arrived; those before `from` were scanned before. Bad: a
// first byte that starts no method (TLS, an empty line), a line end other than CR LF, a control
// character other than TAB, a folded header line.
HeadScan ScanHead(absl::string_view bytes, size_t from);

// How many bytes of empty lines the start of a connection's unread bytes has, at most `most` lines:
// RFC 9112 (2.2) wants them ignored before a request, because old clients end a body with one.
size_t EmptyLines(absl::string_view bytes, size_t most);
// So many before one request; more are no HTTP.
inline constexpr size_t kMaxEmptyLines = 4;

// A request target, taken apart.
struct Target {
  std::string path;
  std::string query;
};

// Of an absolute path ("/a?b"), or of an absolute URI of http or https ("http://gateway/a?b"),
// which RFC 9112 wants accepted (3.2.2). Such a URI says by itself whom it means, whatever Host
// says: as nothing here is chosen by a host's name, neither is looked at. Nullopt, to be refused
// with 400: any other target, one with a fragment or a byte that is no graphic ASCII, a garbled
// authority, one with a user.
absl::optional<Target> ReadTarget(absl::string_view target);

// The status that refuses a request whose body nobody could read with certainty, or 0.
// `minor_version` is that of HTTP/1.x.
//   400: several Content-Lengths, or one that is not a plain number; a Transfer-Encoding in
//        HTTP/1.0, or together with a Content-Length, or several times.
//   501: a Transfer-Encoding but exactly `chunked`; any Content-Encoding but `identity`.
int CheckBody(int minor_version, const Headers& headers);

// 400, or 0: in HTTP/1.1 no Host; in any version several or a garbled Host.
int CheckHost(int minor_version, const Headers& headers);

// The headers that can be seen in the bytes of a head that became no request: whole lines with a
// colon, names in lower case. For a line in a log only: who sent it may have meant otherwise.
Headers GlimpseHeaders(absl::string_view bytes);

// The chunk extensions of one request, in bytes.
inline constexpr size_t kMaxChunkExtensionBytes = 4096;

}  // namespace kyc::http

#endif  // SERVER_HTTP_REQUEST_RULES_H_
