#include "server/http/request_parser.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/types/optional.h"
#include "server/call/steady_now.h"
#include "server/http/request_rules.h"

namespace kyc::http {
namespace {

absl::string_view View(boost::core::string_view text) { return {text.data(), text.size()}; }

}  // namespace

int ParseHead(absl::string_view head, size_t max_bytes, Parser& parser, HttpCall& call) {
  parser.header_limit(static_cast<std::uint32_t>(max_bytes + 1));
  parser.body_limit(boost::none);  // Too large a body is refused after check_head, not before.
  boost::system::error_code error;
  parser.put(boost::asio::buffer(head.data(), head.size()), error);
  if (error || !parser.is_header_done()) {
    call.headers = GlimpseHeaders(head);
    return 400;
  }
  const auto& request = parser.get();
  call.headers = HeadersOf(parser);
  const int minor_version = static_cast<int>(request.version() % 10);
  if (const int status = CheckBody(minor_version, call.headers); status != 0) return status;
  call.flaw = CheckHost(minor_version, call.headers);
  call.method = std::string(request.method_string());
  call.received = SteadyNow();
  absl::optional<Target> target = ReadTarget(View(request.target()));
  if (target.has_value()) {
    call.path = std::move(target->path);
    call.query = std::move(target->query);
  } else {
    call.flaw = 400;
  }
  return 0;
}

Headers HeadersOf(const Parser& parser) {
  Headers headers;
  for (const auto& field : parser.get()) {
    headers.emplace_back(absl::AsciiStrToLower(View(field.name_string())),
                         std::string(field.value()));
  }
  return headers;
}

int BodyRefusal(const boost::system::error_code& error) {
  using HttpError = boost::beast::http::error;
  if (error == boost::asio::error::operation_aborted) return 408;
  if (error == HttpError::body_limit) return 413;
  if (error == HttpError::buffer_overflow) return 431;
  if (error == HttpError::partial_message) return kGone;
  const auto& of_http = boost::system::error_code(HttpError::bad_chunk).category();
  return error.category() == of_http ? 400 : kGone;
}

}  // namespace kyc::http
