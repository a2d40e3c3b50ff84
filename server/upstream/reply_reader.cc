#include "server/upstream/reply_reader.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

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
  if (stage_ == Stage::kBody) return true;  // A trailer.
  framing_.LineEnd(line);
  absl::string_view text = line;
  absl::ConsumeSuffix(&text, "\n");
  absl::ConsumeSuffix(&text, "\r");
  if (stage_ == Stage::kStatusLine) {
    StatusLine(text);
  } else if (text.empty()) {
    EndOfHead();
  } else {
    HeaderLine(text);
  }
  return stage_ != Stage::kNone;
}

void ReplyReader::StatusLine(absl::string_view text) {
  stage_ = framing_.StatusLine(text) ? Stage::kHeaders : Stage::kNone;
  response_.status = framing_.status();
  response_.headers.clear();
  began_ = stage_ == Stage::kNone || response_.status < 100 || response_.status >= 200;
}

void ReplyReader::HeaderLine(absl::string_view text) {
  const absl::string_view value_of_all = absl::StripAsciiWhitespace(text);
  if (text.front() == ' ' || text.front() == '\t') {
    framing_.Folded();
    if (!response_.headers.empty()) {
      response_.headers.back().second.append(" ").append(std::string(value_of_all));
    }
    return;
  }
  const size_t colon = text.find(':');
  if (colon == absl::string_view::npos) return;
  const absl::string_view value = absl::StripAsciiWhitespace(text.substr(colon + 1));
  framing_.Header(text.substr(0, colon), value);
  std::string name(absl::StripAsciiWhitespace(text.substr(0, colon)));
  absl::AsciiStrToLower(&name);
  response_.headers.emplace_back(std::move(name), std::string(value));
}

void ReplyReader::EndOfHead() {
  if (!framing_.clear()) {
    stage_ = Stage::kNone;
    began_ = true;
  } else if (response_.status >= 200) {
    stage_ = Stage::kBody;
  } else {
    stage_ = Stage::kStatusLine;
    framing_ = ReplyFraming();
  }
}

bool ReplyReader::Body(absl::string_view bytes) {
  std::string& body = response_.body;
  if (bytes.size() > max_body_bytes_ - body.size()) {
    too_large_ = true;
    return false;
  }
  if (body.empty() && framing_.content_length() > 0) {
    body.reserve(std::min<size_t>(framing_.content_length(), max_body_bytes_));
  }
  body.append(bytes.data(), bytes.size());
  return true;
}

}  // namespace kyc::upstream
