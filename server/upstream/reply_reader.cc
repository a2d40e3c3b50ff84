#include "server/upstream/reply_reader.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"

namespace kyc::upstream {
namespace {

constexpr size_t kMaxHeaderBytes = 64 << 10;

}  // namespace

void ReplyReader::Begin(size_t max_body_bytes) {
  *this = ReplyReader();
  max_body_bytes_ = max_body_bytes;
}

bool ReplyReader::Line(absl::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaderBytes) {
    too_large_ = true;
    return false;
  }
  if (in_body_) return true;  // A trailer.
  const absl::string_view text = absl::StripAsciiWhitespace(line);
  if (absl::StartsWith(line, "HTTP/")) {
    StatusLine(text);
  } else if (text.empty()) {
    in_body_ = response_.status >= 200;
  } else {
    HeaderLine(text);
  }
  return true;
}

void ReplyReader::StatusLine(absl::string_view line) {
  response_.headers.clear();
  content_length_ = -1;
  const size_t space = line.find(' ');
  if (space == absl::string_view::npos ||
      !absl::SimpleAtoi(line.substr(space + 1, 3), &response_.status)) {
    response_.status = 0;
  }
  began_ = response_.status < 100 || response_.status >= 200;
}

void ReplyReader::HeaderLine(absl::string_view line) {
  const size_t colon = line.find(':');
  if (colon == absl::string_view::npos) return;
  std::string name(absl::StripAsciiWhitespace(line.substr(0, colon)));
  absl::AsciiStrToLower(&name);
  const absl::string_view value = absl::StripAsciiWhitespace(line.substr(colon + 1));
  if (name == "content-length" && !absl::SimpleAtoi(value, &content_length_)) content_length_ = -1;
  response_.headers.emplace_back(std::move(name), std::string(value));
}

bool ReplyReader::Body(absl::string_view bytes) {
  std::string& body = response_.body;
  if (bytes.size() > max_body_bytes_ - body.size()) {
    too_large_ = true;
    return false;
  }
  if (body.empty() && content_length_ > 0) {
    body.reserve(std::min<size_t>(content_length_, max_body_bytes_));
  }
  body.append(bytes.data(), bytes.size());
  return true;
}

}  // namespace kyc::upstream
