// Reads requests from a connection's bytes; private to this room.
#ifndef SERVER_HTTP_REQUEST_READER_H_
#define SERVER_HTTP_REQUEST_READER_H_

#include <boost/beast/core/flat_buffer.hpp>
#include <cstddef>

#include "absl/strings/string_view.h"
#include "server/http/handler.h"
#include "server/http/request_parser.h"
#include "server/http/server.h"
#include "server/http/wire.h"

namespace kyc::http {

// What has come and was not taken yet: at most a head. Owned by a connection, as its wire, which
// outlives it, and used by the connection's coroutine alone.
class RequestReader {
 public:
  RequestReader(Wire& wire, const ServerOptions& options)
      : wire_(wire),
        max_body_bytes_(options.max_body_bytes),
        max_header_bytes_(options.max_header_bytes),
        buffer_(options.max_header_bytes) {}

  // Whether something of a request is there. Drops empty lines before it, at most `lines_left`.
  bool HasBegun(size_t& lines_left);
  // False: nothing more comes.
  Task<bool> ReadMore();
  // Reads until the first `head_size` bytes are a whole head. 0, a refusing status or kGone; so
  // does the next one.
  Task<int> ReadHead(size_t& head_size);
  // Takes the first `head_size` bytes.
  int TakeHead(size_t head_size, Parser& parser, HttpCall& call);
  Task<int> ReadBody(Parser& parser, const HttpCall& head);
  // Reads, and forgets, until the peer has ended or so much has come.
  Task<void> Discard(size_t bytes);

  absl::string_view buffered() const {
    const auto data = buffer_.cdata();
    return {static_cast<const char*>(data.data()), data.size()};
  }

 private:
  Wire& wire_;
  const size_t max_body_bytes_;
  const size_t max_header_bytes_;
  boost::beast::flat_buffer buffer_;
};

}  // namespace kyc::http

#endif  // SERVER_HTTP_REQUEST_READER_H_
