#include "server/tls/pair.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tests/support/certificates.h"

namespace kyc::tls {
namespace {

using tests::Identity;
using tests::MakeIdentity;

const Identity& Root() {
  static const Identity& root = *new Identity(MakeIdentity({.authority = true}, nullptr));
  return root;
}

const Identity& Intermediate() {
  static const Identity& made =
      *new Identity(MakeIdentity({.valid_to = absl::Minutes(30), .authority = true}, &Root()));
  return made;
}

Pair PairOf(const Identity& identity) {
  return {.certificates = identity.Pem(), .key = Secret(identity.KeyPem())};
}

std::string FaultOf(const Pair& pair) {
  return std::string(CheckPair(pair, absl::Now()).status().message());
}

TEST(CheckPair, ItIsValidAsLongAsAllOfItsChain) {
  const Identity leaf = MakeIdentity({}, &Intermediate());
  Pair pair = PairOf(leaf);
  auto until = CheckPair(pair, absl::Now());
  ASSERT_TRUE(until.ok()) << until.status();
  EXPECT_GT(*until, absl::Now() + absl::Minutes(59));
  absl::StrAppend(&pair.certificates, Intermediate().Pem());
  until = CheckPair(pair, absl::Now());
  ASSERT_TRUE(until.ok()) << until.status();
  EXPECT_LT(*until, absl::Now() + absl::Minutes(31));
}

TEST(CheckPair, EachFaultIsNamed) {
  const Identity leaf = MakeIdentity({}, &Intermediate());
  const Identity other = MakeIdentity({}, &Root());
  const std::string chain = leaf.Pem() + Intermediate().Pem();
  const std::string cut = "the certificate file is cut short, or holds more than certificates";
  const std::string none = "the certificate file holds no certificate that can be read";
  const std::string no_key =
      "the key file holds no private key that can be read without a password";
  const std::string no_chain =
      "the certificate file holds no chain: each certificate must be followed by the one that "
      "issued it";
  const struct {
    const char* what;
    std::string certificates;
    std::string key;
    std::string fault;
  } cases[] = {
      {"whole", chain, leaf.KeyPem(), ""},
      {"empty", "", leaf.KeyPem(), none},
      {"cut in the first", chain.substr(0, 200), leaf.KeyPem(), none},
      {"cut in the second", chain.substr(0, leaf.Pem().size() + 200), leaf.KeyPem(), cut},
      {"cut in the second's first line", chain.substr(0, leaf.Pem().size() + 14), leaf.KeyPem(),
       cut},
      {"with the key", leaf.Pem() + leaf.KeyPem(), leaf.KeyPem(), cut},
      {"key empty", chain, "", no_key},
      {"key cut", chain, leaf.KeyPem().substr(0, 100), no_key},
      {"key of another", chain, other.KeyPem(), "the key does not fit the certificate"},
      {"another after it", leaf.Pem() + other.Pem(), leaf.KeyPem(), no_chain},
      {"wrong order", Intermediate().Pem() + leaf.Pem(), Intermediate().KeyPem(), no_chain},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(FaultOf({.certificates = c.certificates, .key = Secret(c.key)}), c.fault) << c.what;
  }
}

TEST(CheckPair, WhatClientsWouldRefuseIsNotUsed) {
  const struct {
    tests::CertificateOptions options;
    const char* fault;
  } cases[] = {
      {{.valid_from = -absl::Hours(2), .valid_to = -absl::Hours(1)}, "of the chain expired at 2"},
      {{.valid_from = absl::Hours(1), .valid_to = absl::Hours(2)}, "is not valid before 2"},
      {{.usage = "clientAuth"}, "is not for a server: its extended key usage lacks serverAuth"},
      {{.rsa_bits = 1024}, "OpenSSL does not take the pair: ee key too small"},
  };
  for (const auto& c : cases) {
    const std::string fault = FaultOf(PairOf(MakeIdentity(c.options, &Root())));
    EXPECT_TRUE(absl::StrContains(fault, c.fault)) << fault;
  }
  EXPECT_EQ(FaultOf(PairOf(MakeIdentity({.usage = "serverAuth"}, &Root()))), "");
  EXPECT_EQ(FaultOf(PairOf(MakeIdentity({.rsa_bits = 2048}, &Root()))), "");
}

TEST(CheckPair, AuthoritiesAreThere) {
  const Identity old = MakeIdentity(
      {.valid_from = -absl::Hours(2), .valid_to = -absl::Hours(1), .authority = true}, nullptr);
  const struct {
    std::string authorities;
    const char* fault;
  } cases[] = {
      {Root().Pem(), ""},
      {old.Pem() + Root().Pem(), ""},
      {"\n", "the client_ca_file holds no certificate that can be read"},
      {Root().Pem() + old.Pem().substr(0, 100),
       "the client_ca_file is cut short, or holds more than certificates"},
      {old.Pem(), "every authority in the client_ca_file has expired"},
  };
  Pair pair = PairOf(MakeIdentity({}, &Root()));
  for (const auto& c : cases) {
    pair.client_authorities = c.authorities;
    EXPECT_EQ(FaultOf(pair), c.fault);
  }
}

}  // namespace
}  // namespace kyc::tls
