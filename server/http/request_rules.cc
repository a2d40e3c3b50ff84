#include "server/http/request_rules.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace kyc::http {
namespace {

// The first header of a name, and how often it is there.
struct Found {
  int count = 0;
  absl::string_view value;
};

Found Find(const Headers& headers, absl::string_view name) {
  Found found;
  for (const auto& [key, value] : headers) {
    if (key == name && found.count++ == 0) found.value = value;
  }
  return found;
}

bool AllDigits(absl::string_view text, size_t max_size) {
  return !text.empty() && text.size() <= max_size &&
         std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

bool IsNameByte(char c) {
  return absl::ascii_isalnum(c) || absl::StrContains("-._~!$&'()*+,;=%", c);
}

bool IsAddressByte(char c) { return absl::ascii_isxdigit(c) || c == ':' || c == '.'; }

// host [ ":" port ], where host is a name, an IPv4 address or an IPv6 address in brackets.
bool IsHost(absl::string_view text) {
  absl::string_view host = text;
  if (size_t colon = text.rfind(':');
      colon != absl::string_view::npos && !absl::EndsWith(text, "]")) {
    if (!AllDigits(text.substr(colon + 1), 5)) return false;
    host = text.substr(0, colon);
  }
  if (host.empty() || host.size() > 255) return false;
  if (absl::ConsumePrefix(&host, "[")) {
    return absl::ConsumeSuffix(&host, "]") && !host.empty() &&
           std::all_of(host.begin(), host.end(), IsAddressByte);
  }
  return std::all_of(host.begin(), host.end(), IsNameByte);
}

// Of "http://gateway/a?b" what follows the authority: "/a?b". Nullopt: it is no such URI.
absl::optional<absl::string_view> BehindAuthority(absl::string_view uri) {
  const size_t scheme_size = uri.find("://");
  if (scheme_size == absl::string_view::npos) return absl::nullopt;
  const absl::string_view scheme = uri.substr(0, scheme_size);
  if (!absl::EqualsIgnoreCase(scheme, "http") && !absl::EqualsIgnoreCase(scheme, "https")) {
    return absl::nullopt;
  }
  uri.remove_prefix(scheme_size + 3);
  const size_t authority_size = std::min(uri.find_first_of("/?"), uri.size());
  if (!IsHost(uri.substr(0, authority_size))) return absl::nullopt;
  return uri.substr(authority_size);
}

// Whether a body is packed in any way: `identity`, and nothing, name no coding.
bool IsCoded(const Headers& headers) {
  for (const auto& [name, value] : headers) {
    if (name != "content-encoding") continue;
    for (absl::string_view coding : absl::StrSplit(value, ',')) {
      coding = absl::StripAsciiWhitespace(coding);
      if (!coding.empty() && !absl::EqualsIgnoreCase(coding, "identity")) return true;
    }
  }
  return false;
}

int CheckFraming(int minor_version, const Headers& headers) {
  const Found length = Find(headers, "content-length");
  const Found coding = Find(headers, "transfer-encoding");
  if (length.count > 1 || coding.count > 1) return 400;
  if (length.count == 1 && !AllDigits(length.value, 18)) return 400;
  if (coding.count == 0) return 0;
  if (minor_version == 0 || length.count == 1) return 400;
  return absl::EqualsIgnoreCase(coding.value, "chunked") ? 0 : 501;
}

}  // namespace

HeadScan ScanHead(absl::string_view bytes, size_t from) {
  constexpr HeadScan kBad = {.bad = true, .end = absl::nullopt};
  for (size_t i = from; i < bytes.size(); ++i) {
    const char c = bytes[i];
    const char before = i > 0 ? bytes[i - 1] : '\0';
    if (i == 0 && !absl::ascii_isalpha(c)) return kBad;
    if ((c == '\n') != (before == '\r')) return kBad;
    if (absl::ascii_iscntrl(c) && c != '\r' && c != '\n' && c != '\t') return kBad;
    if (before == '\n' && (c == ' ' || c == '\t')) return kBad;
    if (c == '\n' && absl::EndsWith(bytes.substr(0, i + 1), "\r\n\r\n")) {
      return {.bad = false, .end = i + 1};
    }
  }
  return {};
}

size_t EmptyLines(absl::string_view bytes, size_t most) {
  size_t size = 0;
  while (size < 2 * most && absl::StartsWith(bytes.substr(size), "\r\n")) size += 2;
  return size;
}

absl::optional<Target> ReadTarget(absl::string_view target) {
  const bool graphic = std::all_of(target.begin(), target.end(),
                                   [](char c) { return absl::ascii_isgraph(c) && c != '#'; });
  if (!graphic) return absl::nullopt;
  if (!absl::StartsWith(target, "/")) {
    const absl::optional<absl::string_view> behind = BehindAuthority(target);
    if (!behind.has_value()) return absl::nullopt;
    target = *behind;
  }
  const size_t path_size = std::min(target.find('?'), target.size());
  Target read{std::string(target.substr(0, path_size)), ""};
  if (read.path.empty()) read.path = "/";  // "http://gateway" means its root.
  if (path_size < target.size()) read.query = std::string(target.substr(path_size + 1));
  return read;
}

int CheckHost(int minor_version, const Headers& headers) {
  const Found host = Find(headers, "host");
  if (host.count > 1 || (host.count == 0 && minor_version > 0)) return 400;
  return host.count == 1 && !IsHost(host.value) ? 400 : 0;
}

int CheckBody(int minor_version, const Headers& headers) {
  if (const int status = CheckFraming(minor_version, headers); status != 0) return status;
  return IsCoded(headers) ? 501 : 0;
}

Headers GlimpseHeaders(absl::string_view bytes) {
  Headers headers;
  size_t begin = std::min(bytes.find('\n'), bytes.size());  // Behind the request line.
  while (begin < bytes.size()) {
    const size_t end = bytes.find('\n', ++begin);
    if (end == absl::string_view::npos) break;
    const absl::string_view line = absl::StripAsciiWhitespace(bytes.substr(begin, end - begin));
    if (line.empty()) break;
    if (const size_t colon = line.find(':'); colon != absl::string_view::npos) {
      headers.emplace_back(absl::AsciiStrToLower(absl::StripAsciiWhitespace(line.substr(0, colon))),
                           std::string(absl::StripAsciiWhitespace(line.substr(colon + 1))));
    }
    begin = end;
  }
  return headers;
}

}  // namespace kyc::http
