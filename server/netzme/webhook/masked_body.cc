#include "server/netzme/webhook/masked_body.h"

#include "absl/strings/ascii.h"
#include "server/json/value.h"

namespace kyc::netzme {
namespace {

bool Continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Text whose characters may be anybody's data.
void AppendMasked(absl::string_view text, std::string& to) {
  for (const char c : text) {
    if (absl::ascii_ispunct(c) || absl::ascii_isspace(c)) {
      to.push_back(c);
    } else if (!Continues(c)) {
      to.push_back('*');
    }
  }
}

// Just behind the JSON string that starts at `at`.
size_t EndOfString(absl::string_view json, size_t at) {
  for (++at; at < json.size() && json[at] != '"'; ++at) {
    if (json[at] == '\\') ++at;
  }
  return at + 1;
}

bool IsKey(absl::string_view json, size_t end_of_string) {
  const size_t next = json.find_first_not_of(" \t\r\n", end_of_string);
  return next != absl::string_view::npos && json[next] == ':';
}

// Whether a key is one that a sender's program would have, and not anybody's data: a word of ASCII
// letters, `_` and `-`, with few digits.
bool IsPlainWord(absl::string_view key) {
  constexpr size_t kLongest = 64;
  constexpr int kMostDigits = 2;
  if (key.empty() || key.size() > kLongest || !absl::ascii_isalpha(key[0])) return false;
  int digits = 0;
  for (const char c : key) {
    if (absl::ascii_isdigit(c)) {
      ++digits;
    } else if (!absl::ascii_isalpha(c) && c != '_' && c != '-') {
      return false;
    }
  }
  return digits <= kMostDigits;
}

// `json` is valid.
std::string MaskedValues(absl::string_view json) {
  std::string masked;
  size_t at = 0;
  while (at < json.size()) {
    size_t end = at + 1;
    bool keep = false;
    if (json[at] == '"') {
      end = EndOfString(json, at);
      keep = IsKey(json, end) && IsPlainWord(json.substr(at + 1, end - at - 2));
    }
    const absl::string_view piece = json.substr(at, end - at);
    if (keep) {
      masked.append(piece.data(), piece.size());
    } else {
      AppendMasked(piece, masked);
    }
    at = end;
  }
  return masked;
}

std::string Cut(std::string text) {
  if (text.size() <= kMaxMaskedBytes) return text;
  size_t end = kMaxMaskedBytes;
  while (end > 0 && Continues(text[end])) --end;
  text.resize(end);
  return text;
}

}  // namespace

std::string MaskedBody(absl::string_view body) {
  json::Deviations ignored;
  if (json::Parse(body, json::ParseOptions(), ignored).ok()) return Cut(MaskedValues(body));
  std::string masked;
  AppendMasked(body, masked);
  return Cut(std::move(masked));
}

}  // namespace kyc::netzme
