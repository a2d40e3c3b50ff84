#include "server/tls/pair.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/tls/context.h"
#include "server/tls/openssl.h"
#include "server/tls/read_pem.h"

namespace kyc::tls {
namespace {

using Chain = std::vector<Owned<X509>>;

absl::Status Wrong(absl::string_view what) { return absl::InvalidArgumentError(what); }

absl::Time TimeOf(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return absl::InfinitePast();
  return absl::FromTimeT(timegm(&parts));
}

absl::Time Begin(const Owned<X509>& certificate) {
  return TimeOf(X509_get0_notBefore(certificate.get()));
}

absl::Time End(const Owned<X509>& certificate) {
  return TimeOf(X509_get0_notAfter(certificate.get()));
}

std::string Day(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M UTC", time, absl::UTCTimeZone());
}

absl::Status CheckChain(const Chain& chain, absl::Time now) {
  for (size_t i = 0; i < chain.size(); ++i) {
    if (i > 0 && X509_check_issued(chain[i].get(), chain[i - 1].get()) != X509_V_OK) {
      return Wrong(
          "the certificate file holds no chain: each certificate must be followed by the "
          "one that issued it");
    }
    if (End(chain[i]) <= now) {
      return Wrong(absl::StrCat("a certificate of the chain expired at ", Day(End(chain[i]))));
    }
    if (Begin(chain[i]) > now) {
      return Wrong(absl::StrCat("a certificate of the chain is not valid before ",
                                Day(Begin(chain[i])), ": is the clock right?"));
    }
  }
  if (X509_check_purpose(chain[0].get(), X509_PURPOSE_SSL_SERVER, 0) != 1) {
    return Wrong("the certificate is not for a server: its extended key usage lacks serverAuth");
  }
  return absl::OkStatus();
}

// None where clients are not asked for a certificate.
absl::StatusOr<Chain> ReadAuthorities(const std::string& pem, absl::Time now) {
  if (pem.empty()) return Chain();
  absl::StatusOr<Chain> authorities = ReadCertificates(pem);
  if (!authorities.ok()) {
    return Wrong(absl::StrCat("the client_ca_file ", authorities.status().message()));
  }
  if (absl::c_any_of(*authorities, [&](const auto& one) { return End(one) > now; })) {
    return authorities;
  }
  return Wrong("every authority in the client_ca_file has expired");
}

}  // namespace

absl::StatusOr<absl::Time> CheckPair(const Pair& pair, absl::Time now) {
  const auto chain = ReadCertificates(pair.certificates);
  if (!chain.ok()) {
    return Wrong(absl::StrCat("the certificate file ", chain.status().message()));
  }
  const auto key = ReadKey(pair.key);
  if (!key.ok()) return Wrong(absl::StrCat("the key file ", key.status().message()));
  if (X509_check_private_key(chain->front().get(), key->get()) != 1) {
    ERR_clear_error();
    return Wrong("the key does not fit the certificate");
  }
  if (absl::Status sound = CheckChain(*chain, now); !sound.ok()) return sound;
  const auto authorities = ReadAuthorities(pair.client_authorities, now);
  if (!authorities.ok()) return authorities.status();
  const auto context = MakeContext(*chain, *key, *authorities);
  if (!context.ok()) return context.status();
  return End(
      *absl::c_min_element(*chain, [](const auto& a, const auto& b) { return End(a) < End(b); }));
}

}  // namespace kyc::tls
