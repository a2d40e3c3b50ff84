// Who calls, and what it may call.
#ifndef SERVER_RPC_CALLERS_H_
#define SERVER_RPC_CALLERS_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "server/config/settings.h"

namespace kyc::rpc {

// What a call shows of who makes it.
struct Shown {
  absl::optional<absl::string_view> authorization = {};  // The header's value.
  bool trusted = false;                                  // It came by a trusted listener,
  bool forwarded = false;  // but not from who connected: a proxy passed it on.
  // Of the certificate, which an authority of the listener's issued.
  bool has_certificate = false;
  std::vector<std::string> dns_names = {};
  std::vector<std::string> uris = {};
};

// The configured callers. Immutable, so thread-safe; pointers to callers live as long as it does.
class Callers {
 public:
  explicit Callers(std::vector<config::Caller> callers);
  Callers(Callers&&) = default;  // A vector's elements stay where they are.
  Callers& operator=(Callers&&) = default;

  // Who makes a call: the caller of its bearer token where it has one; else of its certificate;
  // else the one with `loopback` where it came by a trusted listener. A wrong token is not made
  // good by anything else. UNAUTHENTICATED CALLER_UNAUTHENTICATED if it is nobody; the metadata
  // `why` is one of few words.
  absl::StatusOr<const config::Caller*> Find(const Shown& shown) const;

  // PERMISSION_DENIED CALLER_FORBIDDEN if the caller may not call that: "/package.Service/Method".
  absl::Status MayCall(const config::Caller& caller, absl::string_view method) const;

 private:
  using ByText = absl::flat_hash_map<std::string, const config::Caller*>;

  absl::StatusOr<const config::Caller*> OfToken(absl::string_view authorization) const;
  absl::StatusOr<const config::Caller*> OfCertificate(const Shown& shown) const;

  std::vector<config::Caller> callers_;
  ByText by_token_digest_;
  ByText by_dns_name_;
  ByText by_uri_;
  const config::Caller* loopback_ = nullptr;
};

}  // namespace kyc::rpc

#endif  // SERVER_RPC_CALLERS_H_
