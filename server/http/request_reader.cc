#include "server/http/request_reader.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>

#include "absl/strings/match.h"
#include "server/http/request_rules.h"

// g++ 12 takes Asio's own pair of operators new and delete for coroutine frames as mismatched.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace kyc::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

bool RequestReader::HasBegun(size_t& lines_left) {
  const size_t empty = EmptyLines(buffered(), lines_left);
  lines_left -= empty / 2;
  buffer_.consume(empty);
  const absl::string_view begun = buffered();
  return !begun.empty() && begun != "\r";
}

Task<bool> RequestReader::ReadMore() {
  const auto [error, size] =
      co_await wire_.async_read_some(buffer_.prepare(buffer_.max_size() - buffer_.size()), kAwait);
  if (error || !wire_.socket().is_open()) co_return false;
  buffer_.commit(size);
  co_return true;
}

Task<int> RequestReader::ReadHead(size_t& head_size) {
  size_t scanned = 0;
  while (true) {
    const HeadScan scan = ScanHead(buffered(), scanned);
    if (scan.bad) co_return 400;
    if (scan.end.has_value()) {
      head_size = *scan.end;
      co_return 0;
    }
    scanned = buffer_.size();
    if (scanned == buffer_.max_size()) co_return 431;
    const auto [error, size] =
        co_await wire_.async_read_some(buffer_.prepare(buffer_.max_size() - scanned), kAwait);
    if (!wire_.socket().is_open()) co_return kGone;  // It gave way.
    if (error) co_return error == asio::error::operation_aborted ? 408 : kGone;
    buffer_.commit(size);
  }
}

int RequestReader::TakeHead(size_t head_size, Parser& parser, HttpCall& call) {
  const int refused = ParseHead(buffered().substr(0, head_size), max_header_bytes_, parser, call);
  buffer_.consume(head_size);
  return refused;
}

Task<int> RequestReader::ReadBody(Parser& parser, const HttpCall& head) {
  if (parser.content_length().value_or(0) > max_body_bytes_) co_return 413;
  if (parser.is_done()) co_return 0;
  parser.body_limit(max_body_bytes_);
  size_t extension_bytes = 0;
  auto cap_extensions = [&](std::uint64_t, beast::string_view extensions, error_code& error) {
    extension_bytes += extensions.size();
    if (extension_bytes > kMaxChunkExtensionBytes) {
      error = beast::http::error::bad_chunk_extension;
    }
  };
  parser.on_chunk_header(cap_extensions);
  if (buffer_.size() == 0 && parser.get().version() == 11 &&
      absl::EqualsIgnoreCase(head.Header("expect").value_or(""), "100-continue")) {
    static constexpr char kContinue[] = "HTTP/1.1 100 Continue\r\n\r\n";
    const auto [error, size] =
        co_await asio::async_write(wire_, asio::buffer(kContinue, sizeof(kContinue) - 1), kAwait);
    if (error) co_return kGone;
  }
  // What came with the head needs no turn of the loop.
  parser.eager(true);
  error_code here;
  buffer_.consume(parser.put(buffer_.cdata(), here));
  if (here && here != beast::http::error::need_more) co_return BodyRefusal(here);
  if (parser.is_done()) co_return 0;
  const auto [error, size] = co_await beast::http::async_read(wire_, buffer_, parser, kAwait);
  co_return error ? BodyRefusal(error) : 0;
}

Task<void> RequestReader::Discard(size_t bytes) {
  size_t total = 0;
  while (total < bytes) {
    buffer_.clear();
    const auto [error, size] =
        co_await wire_.socket().async_read_some(buffer_.prepare(buffer_.max_size()), kAwait);
    if (error) co_return;
    total += size;
  }
}

}  // namespace kyc::http
