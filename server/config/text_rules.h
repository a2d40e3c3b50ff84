// What single texts of the configuration must look like. Pure.
#ifndef SERVER_CONFIG_TEXT_RULES_H_
#define SERVER_CONFIG_TEXT_RULES_H_

#include <string>

#include "absl/strings/string_view.h"

namespace kyc::config {

// Each returns what is wrong, as a phrase that follows a field's name; empty when nothing is.

// address:port with a numeric address, unix:/path, or systemd:NAME. Where the traffic is not
// `encrypted`, one other than loopback only where `plaintext_elsewhere`.
struct Traffic {
  bool encrypted = false;
  bool plaintext_elsewhere = false;
};
std::string ListenFault(absl::string_view listen, Traffic traffic);
// Whether nobody but this machine's processes reaches it: unix:/path, 127.0.0.1 or [::1].
bool IsOfThisMachine(absl::string_view listen);

// Whether it is loopback: 127.x.y.z, [::1] or unix:/path.
bool IsLoopbackListen(absl::string_view listen);

// An upstream's base: https://host[:port][/path], or http:// to loopback; nothing else in it.
std::string UrlFault(absl::string_view url);
// The same, but plain http may go anywhere: of what carries nothing that is to be kept secret.
std::string OpenUrlFault(absl::string_view url);

// Whether its host is loopback, by address or as localhost.
bool IsLoopbackUrl(absl::string_view url);

// A forward proxy: http://host:port; nothing else in it.
std::string ProxyUrlFault(absl::string_view url);
std::string ProxyUserFault(absl::string_view user);

// A name of a caller or account: 1 to 64 letters, digits, '_', '-', '.'; fit for a metric label.
std::string NameFault(absl::string_view name);

// Names in a certificate's subjectAltName: exact, without wildcards.
std::string DnsNameFault(absl::string_view name);
std::string UriFault(absl::string_view uri);

// "package.Service" or "package.Service/Method".
std::string MethodFault(absl::string_view method);

// A header that may be sent with every upstream call: not one that the gateway sends itself.
std::string HeaderNameFault(absl::string_view name);
std::string HeaderValueFault(absl::string_view value);

}  // namespace kyc::config

#endif  // SERVER_CONFIG_TEXT_RULES_H_
