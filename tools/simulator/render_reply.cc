#include <boost/beast/http/status.hpp>

#include "tools/simulator/http_server.h"

namespace kyc::simulator {
namespace {

constexpr size_t kMissingBytes = 10;

std::string Hex(size_t number) {
  char text[20];
  return std::string(text, std::snprintf(text, sizeof text, "%zx", number));
}

std::string Framing(const Answer& answer) {
  if (answer.status == 204) return "";
  if (answer.fault == Fault::kChunked) return "Transfer-Encoding: chunked\r\n";
  const bool wrong = answer.fault == Fault::kWrongLength;
  const size_t length = answer.body.size() - (wrong ? kMissingBytes : 0);
  return "Content-Length: " + std::to_string(length) + "\r\n";
}

// Two chunks, so that a reader has to join them.
std::string Chunks(const std::string& body) {
  const std::string first = body.substr(0, body.size() / 2), rest = body.substr(body.size() / 2);
  return Hex(first.size()) + "\r\n" + first + "\r\n" + Hex(rest.size()) + "\r\n" + rest +
         "\r\n0\r\n\r\n";
}

}  // namespace

std::string RenderReply(const Answer& answer, bool keep_alive) {
  namespace http = boost::beast::http;
  std::string reply = "HTTP/1.1 " + std::to_string(answer.status) + " " +
                      std::string(http::obsolete_reason(static_cast<http::status>(answer.status))) +
                      "\r\n" + Framing(answer);
  if (!answer.body.empty()) reply += "Content-Type: " + answer.content_type + "\r\n";
  if (!keep_alive) reply += "Connection: close\r\n";
  for (const auto& [name, value] : answer.headers) reply += name + ": " + value + "\r\n";
  reply += "\r\n";
  if (answer.status == 204) return reply;
  if (answer.fault == Fault::kChunked) return reply + Chunks(answer.body);
  const bool cut = answer.fault == Fault::kReplyCut;
  return reply + (cut ? answer.body.substr(0, answer.body.size() / 2) : answer.body);
}

}  // namespace kyc::simulator
