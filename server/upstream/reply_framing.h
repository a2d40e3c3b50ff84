// Whether a reply says its length in one way only.
#ifndef SERVER_UPSTREAM_REPLY_FRAMING_H_
#define SERVER_UPSTREAM_REPLY_FRAMING_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace kyc::upstream {

// Where a reply ends is what two readers must not differ about: a proxy between and we, or libcurl
// and we. So what RFC 9112 lets a reader choose, or calls an attack, is no reply. A repeated
// Content-Length that says the same is not among it, nor is a reply that lasts until the connection
// ends.
//
// Of one reply's head. Not thread-safe.
class ReplyFraming {
 public:
  // `line` is without its line end; false if it is none of HTTP/1.0 or 1.1.
  bool StatusLine(absl::string_view line);
  // A header line's name, as it came, and its value.
  void Header(absl::string_view name, absl::string_view value);
  // A line that continues the header before it.
  void Folded();
  // Any line, with its line end.
  void LineEnd(absl::string_view line);

  // All of the head was given: whether the length is clear.
  bool clear() const;
  int status() const { return status_; }
  int64_t content_length() const { return content_length_; }  // -1: none said.

 private:
  enum class LineEnds { kUnknown, kCrLf, kLf };
  enum class Coding { kNone, kChunked, kOther };

  void ContentLength(absl::string_view value);

  int status_ = 0;
  bool http10_ = false;
  LineEnds line_ends_ = LineEnds::kUnknown;
  Coding coding_ = Coding::kNone;
  int64_t content_length_ = -1;
  bool framing_header_ = true;  // What came last decides the length (or is the status line).
  bool clear_ = true;
};

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_REPLY_FRAMING_H_
