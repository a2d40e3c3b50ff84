// Beast's parser of one request, and what this room makes of it; private to it.
#ifndef SERVER_HTTP_REQUEST_PARSER_H_
#define SERVER_HTTP_REQUEST_PARSER_H_

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>

#include "absl/strings/string_view.h"
#include "server/http/handler.h"

namespace kyc::http {

using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

// Instead of a status: the peer is gone, or was silent for too long; nobody to answer.
inline constexpr int kGone = -1;

// Puts a whole head, of at most `max_bytes`, into `parser` and `call`. 0, or the status that
// refuses it; then `call` has its headers.
int ParseHead(absl::string_view head, size_t max_bytes, Parser& parser, HttpCall& call);

// The headers that the parser has seen, trailers too.
Headers HeadersOf(const Parser& parser);

// The status that refuses a body which could not be read, or kGone.
int BodyRefusal(const boost::system::error_code& error);

}  // namespace kyc::http

#endif  // SERVER_HTTP_REQUEST_PARSER_H_
