// Any bytes on a connection, cut anywhere: the same head, the same body and the same place where
// the next request begins as in one piece. Whoever reads that place differently lets requests be
// smuggled.
#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <string>

#include "server/http/request_parser.h"
#include "server/http/request_rules.h"
#include "tools/fuzz/input.h"

namespace {

using kyc::fuzz::Input;
using kyc::fuzz::Require;
using kyc::http::HttpCall;
using kyc::http::Parser;

constexpr size_t kMaxHead = 16 << 10;
constexpr size_t kMaxBody = 4 << 10;

// As a connection scans what arrives piece by piece.
kyc::http::HeadScan ScanInPieces(absl::string_view bytes, size_t piece) {
  kyc::http::HeadScan scan;
  size_t scanned = 0;
  while (!scan.bad && !scan.end.has_value() && scanned < bytes.size()) {
    const size_t came = std::min(bytes.size(), scanned + piece);
    scan = kyc::http::ScanHead(bytes.substr(0, came), scanned);
    scanned = came;
  }
  return scan;
}

struct Body {
  int refused = 0;
  std::string text = {};
  size_t end = 0;  // Where the next request begins.

  friend bool operator==(const Body&, const Body&) = default;
};

Body ReadBody(Parser& parser, absl::string_view bytes, size_t piece) {
  parser.body_limit(kMaxBody);
  parser.eager(true);
  std::string buffer;
  size_t came = 0;
  while (!parser.is_done()) {
    size_t used = 0;
    if (!buffer.empty()) {
      boost::system::error_code error;
      used = parser.put(boost::asio::buffer(buffer), error);
      buffer.erase(0, used);
      if (error && error != boost::beast::http::error::need_more) {
        return {.refused = kyc::http::BodyRefusal(error)};
      }
    }
    if (parser.is_done() || used > 0) continue;
    if (came == bytes.size()) return {.refused = kyc::http::kGone};
    const absl::string_view next = bytes.substr(came, piece);
    buffer.append(next.data(), next.size());
    came += next.size();
  }
  return {.text = parser.get().body(), .end = came - buffer.size()};
}

// Of a head: what decides how much belongs to its request.
void CheckHead(const HttpCall& call) {
  const auto count = [&](absl::string_view name) {
    return std::count_if(call.headers.begin(), call.headers.end(),
                         [&](const auto& header) { return header.first == name; });
  };
  const auto lengths = count("content-length"), codings = count("transfer-encoding");
  Require(lengths + codings <= 1, "a body's end is said once");
  if (call.flaw == 0) Require(!call.path.empty() && call.path[0] == '/', "a path is absolute");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input(data, size);
  const size_t piece = 1 + input.Byte();
  absl::string_view bytes = input.rest();
  bytes.remove_prefix(kyc::http::EmptyLines(bytes, kyc::http::kMaxEmptyLines));
  const kyc::http::HeadScan scan = kyc::http::ScanHead(bytes, 0);
  const kyc::http::HeadScan in_pieces = ScanInPieces(bytes, piece);
  if (scan.end.has_value()) Require(*scan.end <= bytes.size(), "a head ends within its bytes");
  if (!scan.bad) Require(!in_pieces.bad && in_pieces.end == scan.end, "a head's end, cut anywhere");
  kyc::http::GlimpseHeaders(bytes);
  if (scan.bad || !scan.end.has_value()) return 0;

  const absl::string_view head = bytes.substr(0, *scan.end), rest = bytes.substr(*scan.end);
  Parser whole, cut;
  HttpCall call, same;
  const int refused = kyc::http::ParseHead(head, kMaxHead, whole, call);
  Require(refused == kyc::http::ParseHead(head, kMaxHead, cut, same), "the same verdict twice");
  if (refused != 0) {
    Require(refused == 400 || refused == 501, "a refusal's status");
    return 0;
  }
  CheckHead(call);
  const Body at_once = ReadBody(whole, rest, rest.size() + 1),
             by_pieces = ReadBody(cut, rest, piece);
  Require(at_once == by_pieces, "a body and its end, cut anywhere");
  return 0;
}
