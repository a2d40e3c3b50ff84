#include "server/rpc/callers.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/call/error.h"
#include "server/call/token_strength.h"
#include "server/config/permission.h"
#include "server/crypto/mac.h"

namespace kyc::rpc {
namespace {

constexpr absl::string_view kBearer = "Bearer ";

absl::Status NotLetIn(absl::StatusCode code, absl::string_view reason, absl::string_view why,
                      absl::string_view message) {
  Error error;
  error.code = code;
  error.reason = std::string(reason);
  error.message = std::string(message);
  error.metadata = {{"outcome", std::string(OutcomeText(Outcome::kNotSent))},
                    {"why", std::string(why)}};
  return ToStatus(error);
}

absl::Status Unauthenticated(absl::string_view why, absl::string_view message) {
  return NotLetIn(absl::StatusCode::kUnauthenticated, "CALLER_UNAUTHENTICATED", why, message);
}

absl::Status Forbidden(absl::string_view why, absl::string_view message) {
  return NotLetIn(absl::StatusCode::kPermissionDenied, "CALLER_FORBIDDEN", why, message);
}

}  // namespace

// Of two callers that match the same, the first one counts.
Callers::Callers(std::vector<config::Caller> callers) : callers_(std::move(callers)) {
  for (const config::Caller& caller : callers_) {
    if (!caller.bearer_token.empty()) {
      by_token_digest_.emplace(crypto::Sha256(caller.bearer_token.Reveal()), &caller);
    }
    for (const std::string& digest : caller.token_digests) {
      by_token_digest_.emplace(digest, &caller);
    }
    for (const std::string& name : caller.certificate_dns_names) {
      by_dns_name_.emplace(absl::AsciiStrToLower(name), &caller);
    }
    for (const std::string& uri : caller.certificate_uris) by_uri_.emplace(uri, &caller);
    if (caller.loopback && loopback_ == nullptr) loopback_ = &caller;
  }
}

absl::StatusOr<const config::Caller*> Callers::Find(const Shown& shown) const {
  if (shown.authorization.has_value()) return OfToken(*shown.authorization);
  if (shown.has_certificate) return OfCertificate(shown);
  if (shown.trusted && shown.forwarded) {
    return Unauthenticated(
        "forwarded",
        "The call was passed on by a proxy, as a header of it says, so it is not known who makes "
        "it: send the header `authorization: Bearer TOKEN`");
  }
  if (shown.trusted && loopback_ != nullptr) return loopback_;
  return Unauthenticated(
      "no_credentials",
      "No configured caller matches a call without a token by this listener: send the header "
      "`authorization: Bearer TOKEN`, or add a caller to the configuration");
}

// By its digest: how long the look-up takes tells nothing of a token that would be right.
absl::StatusOr<const config::Caller*> Callers::OfToken(absl::string_view authorization) const {
  if (!absl::StartsWithIgnoreCase(authorization, kBearer)) {
    return Unauthenticated("not_bearer",
                           "The authorization header is not of the form `Bearer TOKEN`");
  }
  const absl::string_view token = authorization.substr(kBearer.size());
  const auto at = by_token_digest_.find(crypto::Sha256(token));
  if (at != by_token_digest_.end() && HasEnoughBits(token)) return at->second;
  return Unauthenticated("unknown_token", "The bearer token belongs to no configured caller");
}

absl::StatusOr<const config::Caller*> Callers::OfCertificate(const Shown& shown) const {
  const config::Caller* first = nullptr;
  const auto consider = [&](const ByText& all, const std::string& name) {
    const auto at = all.find(name);
    if (at == all.end()) return;
    first = first == nullptr ? at->second : std::min(first, at->second);
  };
  for (const std::string& name : shown.dns_names)
    consider(by_dns_name_, absl::AsciiStrToLower(name));
  for (const std::string& uri : shown.uris) consider(by_uri_, uri);
  if (first != nullptr) return first;
  return Unauthenticated("unknown_certificate",
                         "No DNS name or URI of the certificate's subjectAltName belongs to a "
                         "configured caller");
}

absl::Status Callers::MayCall(const config::Caller& caller, absl::string_view method) const {
  absl::ConsumePrefix(&method, "/");
  const config::Permission needed = config::NeededFor(method);
  if (needed == config::Permission::kPersonalData && !caller.allow_personal_data) {
    return Forbidden("not_personal_data", "Only callers with allow_personal_data may call this");
  }
  if (needed == config::Permission::kAudit && !caller.allow_audit) {
    return Forbidden("not_auditor", "Only callers with allow_audit may call this");
  }
  if (needed == config::Permission::kAdmin && !caller.allow_admin) {
    return Forbidden("not_admin", "Only callers with allow_admin may call this");
  }
  if (caller.may_call.empty()) return absl::OkStatus();
  const absl::string_view service = method.substr(0, method.find('/'));
  const bool may = absl::c_any_of(caller.may_call, [&](absl::string_view allowed) {
    return allowed == method || allowed == service;
  });
  if (may) return absl::OkStatus();
  return Forbidden("method", "The caller's may_call does not name this method or its service");
}

}  // namespace kyc::rpc
