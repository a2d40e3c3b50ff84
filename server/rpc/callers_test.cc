#include "server/rpc/callers.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "server/call/error.h"
#include "server/crypto/mac.h"

namespace kyc::rpc {
namespace {

constexpr char kToken[] = "t0ken-of-more-than-22-chars";
constexpr char kHashed[] = "0123456789abcdef0123456789abcdef";
constexpr char kShort[] = "0123456789abcdef0123456789abcde";  // 124 bits.

Callers Configured() {
  config::Caller local, service, hashed, certified, other;
  local.name = "local";
  local.loopback = true;
  service.name = "service";
  service.bearer_token = Secret(kToken);
  hashed.name = "hashed";
  hashed.token_digests = {crypto::Sha256(kHashed), crypto::Sha256(kShort), crypto::Sha256("")};
  certified.name = "certified";
  certified.certificate_dns_names = {"App.example"};
  certified.certificate_uris = {"spiffe://example/app"};
  other.name = "other";
  other.certificate_dns_names = {"other.example"};
  return Callers({local, service, hashed, certified, other});
}

Shown WithToken(absl::string_view authorization) { return {.authorization = authorization}; }

Shown WithNames(std::vector<std::string> dns_names, std::vector<std::string> uris) {
  return {.has_certificate = true, .dns_names = std::move(dns_names), .uris = std::move(uris)};
}

TEST(Callers, TokenThenCertificateThenListenerDecides) {
  const std::string right = std::string("Bearer ") + kToken;
  const std::string hashed = std::string("bearer ") + kHashed;
  const std::string cut = right.substr(0, right.size() - 1);
  const std::string longer = right + "2";
  const std::string brief = std::string("Bearer ") + kShort;
  Shown trusted_with_wrong_token = WithToken("Bearer guess");
  trusted_with_wrong_token.trusted = true;
  Shown token_and_certificate = WithNames({"app.example"}, {});
  token_and_certificate.authorization = right;
  const struct {
    const char* what;
    Shown shown;
    const char* caller;  // Or why there is none.
  } cases[] = {
      {"trusted", {.trusted = true}, "local"},
      {"trusted through a proxy", {.trusted = true, .forwarded = true}, "forwarded"},
      {"not trusted", {}, "no_credentials"},
      {"right token", WithToken(right), "service"},
      {"token of a digest", WithToken(hashed), "hashed"},
      {"token of a digest that is too short", WithToken(brief), "unknown_token"},
      {"empty token of a digest", WithToken("Bearer "), "unknown_token"},
      {"cut token", WithToken(cut), "unknown_token"},
      {"longer token", WithToken(longer), "unknown_token"},
      {"basic", WithToken("Basic dDprZW4="), "not_bearer"},
      {"empty header", WithToken(""), "not_bearer"},
      {"wrong token on a trusted listener", trusted_with_wrong_token, "unknown_token"},
      {"token and certificate", token_and_certificate, "service"},
      {"DNS name in any case", WithNames({"x.example", "aPP.EXAMPLE"}, {}), "certified"},
      {"URI", WithNames({}, {"spiffe://example/app"}), "certified"},
      {"URI in another case", WithNames({}, {"spiffe://example/App"}), "unknown_certificate"},
      {"URI as a DNS name", WithNames({"spiffe://example/app"}, {}), "unknown_certificate"},
      {"DNS name as a URI", WithNames({}, {"app.example"}), "unknown_certificate"},
      {"names of two", WithNames({"other.example", "app.example"}, {}), "certified"},
      {"nobody's name", WithNames({"example"}, {}), "unknown_certificate"},
      {"no name", WithNames({}, {}), "unknown_certificate"},
  };
  const Callers callers = Configured();
  for (const auto& c : cases) {
    const auto found = callers.Find(c.shown);
    EXPECT_EQ(found.ok() ? (*found)->name : MetadataOf(found.status(), "why"), c.caller) << c.what;
    if (found.ok()) continue;
    EXPECT_EQ(ReasonOf(found.status()), "CALLER_UNAUTHENTICATED");
    EXPECT_EQ(found.status().code(), absl::StatusCode::kUnauthenticated);
  }
}

TEST(Callers, NobodyConfiguredMeansNobodyAllowed) {
  EXPECT_FALSE(Callers({}).Find({.trusted = true}).ok());
}

TEST(Callers, MayCallWhatIsNamed) {
  const Callers callers({});
  config::Caller all, admin, some;
  admin.allow_admin = true;
  some.may_call = {"widekyc.v1.WideKycService/ValidateId", "netzme.v1.Upgrades"};
  const struct {
    const config::Caller& caller;
    const char* method;
    const char* why;  // "" where it may.
  } cases[] = {
      {all, "/a.B/C", ""},
      {all, "/kyc.admin.v1.QuarantineService/Get", "not_admin"},
      {admin, "/kyc.admin.v1.QuarantineService/Get", ""},
      {some, "/widekyc.v1.WideKycService/ValidateId", ""},
      {some, "/widekyc.v1.WideKycService/RecognizeId", "method"},
      {some, "/widekyc.v1.WideKycService/ValidateIdAgain", "method"},
      {some, "/netzme.v1.Upgrades/Watch", ""},
      {some, "/netzme.v1.UpgradesToo/Watch", "method"},
      {some, "/kyc.admin.v1.QuarantineService/Get", "not_admin"},
  };
  for (const auto& c : cases) {
    const absl::Status may = callers.MayCall(c.caller, c.method);
    EXPECT_EQ(MetadataOf(may, "why"), c.why) << c.method;
    EXPECT_EQ(ReasonOf(may), may.ok() ? "" : "CALLER_FORBIDDEN") << c.method;
  }
}

}  // namespace
}  // namespace kyc::rpc
