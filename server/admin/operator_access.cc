#include "server/admin/operator_access.h"

#include <memory>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/call/token_strength.h"
#include "server/crypto/mac.h"

namespace kyc::admin {
namespace {

// What follows the scheme of an authorization header, whose name has any letter case.
bool Consume(absl::string_view scheme, absl::string_view& header) {
  if (!absl::StartsWithIgnoreCase(header, scheme)) return false;
  header.remove_prefix(scheme.size());
  return true;
}

// Nullopt: it is no form of a token. Browsers ask people for a name and a password.
absl::optional<std::string> TokenOf(absl::string_view authorization) {
  if (Consume("Bearer ", authorization)) return std::string(authorization);
  std::string name_and_password;
  if (!Consume("Basic ", authorization) ||
      !absl::Base64Unescape(authorization, &name_and_password)) {
    return absl::nullopt;
  }
  const size_t colon = name_and_password.find(':');
  if (colon == std::string::npos) return absl::nullopt;
  return name_and_password.substr(colon + 1);
}

http::HttpReply Refused(absl::string_view why) {
  http::HttpReply reply;
  reply.status = 401;
  reply.headers.emplace_back("WWW-Authenticate", "Basic realm=\"kyc-gateway\", Bearer");
  reply.content_type = "text/plain; charset=utf-8";
  reply.body = absl::StrCat("refused: ", why,
                            ". Send the header `authorization: Bearer TOKEN`, with a token of the "
                            "configuration's admin block; or Basic, of any name, with the token as "
                            "password. /livez, /healthz and /readyz need none.\n");
  return reply;
}

}  // namespace

void OperatorAccess::Use(const config::Admin& admin) {
  auto tokens = std::make_shared<Tokens>();
  tokens->digests.insert(admin.token_digests.begin(), admin.token_digests.end());
  for (const Secret& token : admin.tokens) tokens->digests.insert(crypto::Sha256(token.Reveal()));
  const std::shared_ptr<const Tokens> before = tokens_.Get();
  tokens->asked_for = !tokens->digests.empty() || (before != nullptr && before->asked_for);
  tokens_.Set(std::move(tokens));
}

// By the token's digest: how long the look-up takes tells nothing of one that would be right.
absl::string_view OperatorAccess::FaultOf(const http::HttpCall& head, const Digests& digests) {
  const auto authorization = head.Header("authorization");
  if (!authorization.has_value()) return "no_credentials";
  const absl::optional<std::string> token = TokenOf(*authorization);
  if (!token.has_value()) return "not_bearer";
  return digests.contains(crypto::Sha256(*token)) && HasEnoughBits(*token) ? "" : "unknown_token";
}

absl::optional<http::HttpReply> OperatorAccess::RefusalOf(const http::HttpCall& head) {
  const std::shared_ptr<const Tokens> tokens = tokens_.Get();
  if (!tokens->asked_for) return absl::nullopt;
  const absl::string_view why = FaultOf(head, tokens->digests);
  if (why.empty()) return absl::nullopt;
  not_let_in_.Note(why, head.from);
  return Refused(why);
}

}  // namespace kyc::admin
