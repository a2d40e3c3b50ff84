#include "server/http/reply_text.h"

#include <boost/beast/http/status.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kyc::http {
namespace {

absl::string_view ReasonPhrase(int status) {
  const auto phrase =
      boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status));
  return {phrase.data(), phrase.size()};
}

bool HasLineBreak(absl::string_view text) {
  return text.find_first_of("\r\n") != absl::string_view::npos;
}

void AppendHeader(std::string& text, absl::string_view name, absl::string_view value) {
  if (HasLineBreak(name) || HasLineBreak(value)) return;
  absl::StrAppend(&text, name, ": ", value, "\r\n");
}

}  // namespace

std::string ReplyText(const HttpReply& reply, const ReplyFraming& framing, absl::Time now) {
  std::string text;
  text.reserve(256 + reply.body.size());
  absl::StrAppend(&text, "HTTP/1.1 ", reply.status, " ", ReasonPhrase(reply.status), "\r\n");
  AppendHeader(text, "Date",
               absl::FormatTime("%a, %d %b %E4Y %H:%M:%S GMT", now, absl::UTCTimeZone()));
  for (const auto& [name, value] : reply.headers) AppendHeader(text, name, value);
  const bool goes_on = reply.pieces != nullptr;
  if (goes_on || !reply.body.empty()) AppendHeader(text, "Content-Type", reply.content_type);
  if (!goes_on) AppendHeader(text, "Content-Length", absl::StrCat(reply.body.size()));
  if (!framing.keep_alive) {
    AppendHeader(text, "Connection", "close");
  } else if (framing.http_1_0) {
    AppendHeader(text, "Connection", "keep-alive");
  }
  absl::StrAppend(&text, "\r\n");
  if (!framing.head_only) absl::StrAppend(&text, reply.body);
  return text;
}

}  // namespace kyc::http
