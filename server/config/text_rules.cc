#include "server/config/text_rules.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "absl/types/optional.h"

namespace kyc::config {
namespace {

constexpr size_t kMaxNameBytes = 64;
constexpr size_t kMaxUrlBytes = 2048;
constexpr size_t kMaxUserBytes = 128;
constexpr size_t kMaxHeaderBytes = 4096;
// What a socket's address holds, with its end.
constexpr size_t kMaxSocketPathBytes = 107;
constexpr absl::string_view kUnix = "unix:";
constexpr absl::string_view kSystemd = "systemd:";

// The gateway's own headers, and those that would change how a request is framed.
constexpr absl::string_view kReservedHeaders[] = {
    "accept", "connection", "content-encoding",  "content-length", "content-type",
    "expect", "host",       "transfer-encoding", "token",          "upgrade"};

template <typename Accept>
bool All(absl::string_view text, Accept accept) {
  return std::all_of(text.begin(), text.end(), accept);
}

bool Has(absl::string_view characters, char c) {
  return characters.find(c) != absl::string_view::npos;
}

// A host and the port behind it.
struct HostPort {
  std::string host;  // Without brackets.
  bool bracketed = false;
  absl::optional<absl::string_view> port;
};

// nullopt: brackets do not match, or something follows them that is no port.
absl::optional<HostPort> Split(absl::string_view text) {
  HostPort split;
  if (absl::ConsumePrefix(&text, "[")) {
    const size_t end = text.find(']');
    if (end == text.npos) return absl::nullopt;
    split.bracketed = true;
    split.host = std::string(text.substr(0, end));
    text.remove_prefix(end + 1);
  } else {
    const size_t end = std::min(text.find(':'), text.size());
    split.host = std::string(text.substr(0, end));
    text.remove_prefix(end);
  }
  if (text.empty()) return split;
  if (!absl::ConsumePrefix(&text, ":")) return absl::nullopt;
  split.port = text;
  return split;
}

bool IsPort(absl::string_view text, uint32_t least) {
  uint32_t port = 0;
  return !text.empty() && text.size() <= 5 && All(text, absl::ascii_isdigit) &&
         absl::SimpleAtoi(text, &port) && port >= least && port <= 65535;
}

// How far an address reaches; nullopt when it is not numeric.
absl::optional<bool> IsLoopbackAddress(const HostPort& at) {
  in_addr v4{};
  in6_addr v6{};
  if (at.bracketed) {
    if (inet_pton(AF_INET6, at.host.c_str(), &v6) != 1) return absl::nullopt;
    return IN6_IS_ADDR_LOOPBACK(&v6);
  }
  if (inet_pton(AF_INET, at.host.c_str(), &v4) != 1) return absl::nullopt;
  return ntohl(v4.s_addr) >> 24 == 127;
}

bool IsHostName(absl::string_view host) {
  return !host.empty() && host.size() <= 253 && host.front() != '.' && host.front() != '-' &&
         All(host, [](char c) { return absl::ascii_isalnum(c) || c == '-' || c == '.'; });
}

std::string AuthorityFault(absl::string_view authority, bool encrypted) {
  if (Has(authority, '@')) return "must not hold a user or password";
  const absl::optional<HostPort> at = Split(authority);
  if (!at || (at->port && !IsPort(*at->port, 1))) return "must have a host, and a port after it";
  const absl::optional<bool> loopback = IsLoopbackAddress(*at);
  if (!loopback && (at->bracketed || !IsHostName(at->host))) return "must have a valid host";
  if (!encrypted && !loopback.value_or(false) && !absl::EqualsIgnoreCase(at->host, "localhost")) {
    return "must be https: only loopback may be spoken to in plaintext";
  }
  return "";
}

std::string UrlFault(absl::string_view url, bool plaintext_anywhere) {
  if (url.empty()) return "is required";
  if (url.size() > kMaxUrlBytes) return "must be at most 2048 bytes";
  const bool encrypted = absl::ConsumePrefix(&url, "https://");
  if (!encrypted && !absl::ConsumePrefix(&url, "http://")) return "must begin with https://";
  if (Has(url, '?') || Has(url, '#')) return "must not hold a query or fragment";
  if (!All(url, [](char c) { return absl::ascii_isgraph(c) && !Has("\"<>\\^`{|}", c); })) {
    return "holds a character that no URL may";
  }
  return AuthorityFault(url.substr(0, url.find('/')), encrypted || plaintext_anywhere);
}

}  // namespace

std::string ListenFault(absl::string_view listen, Traffic traffic) {
  if (listen.empty()) return "is required";
  if (absl::ConsumePrefix(&listen, kUnix)) {
    const bool sound = absl::StartsWith(listen, "/") && listen.size() <= kMaxSocketPathBytes &&
                       All(listen, absl::ascii_isgraph);
    return sound ? "" : "must be unix: and an absolute path of at most 107 bytes without spaces";
  }
  if (absl::ConsumePrefix(&listen, kSystemd)) {
    const bool sound = !listen.empty() && listen.size() <= 255 &&
                       All(listen, absl::ascii_isgraph) && !absl::StrContains(listen, ':');
    if (!sound) return "must be systemd: and the FileDescriptorName of a .socket unit";
    if (traffic.encrypted || traffic.plaintext_elsewhere) return "";
    return "may be reached from elsewhere, for all that is known here: give it tls, or, to allow "
           "plaintext, set insecure_plaintext_i_understand";
  }
  const absl::optional<HostPort> at = Split(listen);
  const absl::optional<bool> loopback = at ? IsLoopbackAddress(*at) : absl::nullopt;
  if (!loopback || !at->port || !IsPort(*at->port, 0)) {
    return "must be address:port with a numeric address, like 127.0.0.1:50051 or [::1]:50051, or "
           "unix:/path";
  }
  if (*loopback || traffic.encrypted || traffic.plaintext_elsewhere) return "";
  return "is not loopback: traffic with personal data would not be encrypted; give it tls, or, to "
         "allow plaintext, set insecure_plaintext_i_understand";
}

bool IsLoopbackListen(absl::string_view listen) {
  if (absl::StartsWith(listen, kUnix)) return true;
  const absl::optional<HostPort> at = Split(listen);
  return at && IsLoopbackAddress(*at).value_or(false);
}

bool IsLoopbackUrl(absl::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == url.npos) return false;
  url.remove_prefix(scheme + 3);
  const absl::optional<HostPort> at = Split(url.substr(0, url.find('/')));
  return at &&
         (IsLoopbackAddress(*at).value_or(false) || absl::EqualsIgnoreCase(at->host, "localhost"));
}

bool IsOfThisMachine(absl::string_view listen) {
  const absl::optional<HostPort> at = Split(listen);
  return absl::StartsWith(listen, kUnix) || (at && (at->host == "127.0.0.1" || at->host == "::1"));
}

std::string UrlFault(absl::string_view url) { return UrlFault(url, /*plaintext_anywhere=*/false); }

std::string OpenUrlFault(absl::string_view url) {
  return UrlFault(url, /*plaintext_anywhere=*/true);
}

std::string ProxyUrlFault(absl::string_view url) {
  if (url.empty()) return "is required";
  if (!absl::ConsumePrefix(&url, "http://")) return "must begin with http://";
  if (Has(url, '@')) return "must not hold a user or password";
  absl::ConsumeSuffix(&url, "/");
  const absl::optional<HostPort> at = Split(url);
  if (!at || !at->port || !IsPort(*at->port, 1)) return "must have a host, and a port after it";
  if (IsLoopbackAddress(*at) || (!at->bracketed && IsHostName(at->host))) return "";
  return "must have a valid host";
}

std::string ProxyUserFault(absl::string_view user) {
  const auto accept = [](char c) { return absl::ascii_isgraph(c) && c != ':'; };
  if (user.size() <= kMaxUserBytes && All(user, accept)) return "";
  return "must be at most 128 bytes of visible ASCII without a colon";
}

std::string NameFault(absl::string_view name) {
  if (name.empty()) return "is required";
  const auto accept = [](char c) { return absl::ascii_isalnum(c) || Has("_-.", c); };
  if (name.size() <= kMaxNameBytes && All(name, accept)) return "";
  return "must be 1 to 64 letters, digits, '_', '-' or '.'";
}

std::string DnsNameFault(absl::string_view name) {
  return IsHostName(name) ? "" : "must be a DNS name without a wildcard";
}

std::string UriFault(absl::string_view uri) {
  const size_t scheme = uri.find("://");
  if (uri.size() <= kMaxUrlBytes && scheme != uri.npos && scheme > 0 &&
      All(uri, absl::ascii_isgraph)) {
    return "";
  }
  return "must be a URI like spiffe://example.org/service";
}

std::string MethodFault(absl::string_view method) {
  const auto accept = [](char c) { return absl::ascii_isalnum(c) || Has("_./", c); };
  const size_t slash = method.find('/');
  const bool sound = !method.empty() && All(method, accept) && slash != 0 &&
                     slash == method.rfind('/') && slash + 1 != method.size() &&
                     Has(method.substr(0, slash), '.');
  return sound ? "" : "must be package.Service or package.Service/Method";
}

std::string HeaderNameFault(absl::string_view name) {
  const auto accept = [](char c) { return absl::ascii_isalnum(c) || Has("!#$%&'*+-.^_`|~", c); };
  if (name.empty() || name.size() > kMaxHeaderBytes || !All(name, accept)) {
    return "must be an HTTP token";
  }
  for (absl::string_view reserved : kReservedHeaders) {
    if (absl::EqualsIgnoreCase(name, reserved)) return "names a header that the gateway sets";
  }
  return "";
}

std::string HeaderValueFault(absl::string_view value) {
  if (value.empty()) return "is required";
  if (value.size() > kMaxHeaderBytes) return "must be at most 4096 bytes";
  const auto is_control = [](char c) { return absl::ascii_iscntrl(c) && c != '\t'; };
  if (std::any_of(value.begin(), value.end(), is_control)) return "holds a control character";
  return "";
}

}  // namespace kyc::config
