// Puts a reply together from the lines and pieces that libcurl hands over.
#ifndef SERVER_UPSTREAM_REPLY_READER_H_
#define SERVER_UPSTREAM_REPLY_READER_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "server/upstream/http.h"
#include "server/upstream/reply_framing.h"

namespace kyc::upstream {

// One per attempt; not thread-safe. Interim (1xx) replies are dropped, trailers are not headers.
// Headers of all replies are limited to 64 KiB together, the body to what Begin says. A reply whose
// length can be read in two ways (reply_framing.h) is none.
class ReplyReader {
 public:
  // Forgets everything.
  void Begin(size_t max_body_bytes);

  // One line with its line end: the status line, a header, a trailer or the empty line. False:
  // stop, it is too much or no reply.
  bool Line(absl::string_view line);
  // A piece of the body, without transfer encoding. False: too much, stop.
  bool Body(absl::string_view bytes);

  // The status line of a final reply arrived, or something in its place.
  bool began() const { return began_; }
  // All headers of a final reply arrived. libcurl calls a reply that is cut in them a success.
  bool headers_whole() const { return stage_ == Stage::kBody; }
  bool too_large() const { return too_large_; }
  // A final reply, and all of it by its own Content-Length.
  bool whole() const {
    return headers_whole() && framing_.content_length() == int64_t(response_.body.size());
  }

  HttpResponse Take() && { return std::move(response_); }

 private:
  // kNone: what came is no reply.
  enum class Stage { kStatusLine, kHeaders, kBody, kNone };

  void StatusLine(absl::string_view text);
  void HeaderLine(absl::string_view text);
  // The empty line.
  void EndOfHead();

  HttpResponse response_;
  ReplyFraming framing_;
  Stage stage_ = Stage::kStatusLine;
  size_t max_body_bytes_ = 0;
  size_t header_bytes_ = 0;
  bool began_ = false;
  bool too_large_ = false;
};

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_REPLY_READER_H_
