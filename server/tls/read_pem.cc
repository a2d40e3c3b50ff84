#include "server/tls/read_pem.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <utility>

#include "absl/status/status.h"

namespace kyc::tls {
namespace {

constexpr absl::string_view kBegin = "-----BEGIN";

Owned<BIO> Over(absl::string_view text) {
  return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// For a key with a password: OpenSSL would ask for it at the terminal.
int NoPassword(char*, int, int, void*) { return -1; }

size_t Count(absl::string_view text, absl::string_view of) {
  size_t count = 0;
  for (size_t at = text.find(of); at != text.npos; at = text.find(of, at + of.size())) ++count;
  return count;
}

}  // namespace

absl::StatusOr<std::vector<Owned<X509>>> ReadCertificates(absl::string_view pem) {
  const Owned<BIO> text = Over(pem);
  std::vector<Owned<X509>> all;
  while (X509* one = PEM_read_bio_X509(text.get(), nullptr, NoPassword, nullptr)) {
    all.emplace_back(one);
  }
  ERR_clear_error();
  if (all.empty()) return absl::InvalidArgumentError("holds no certificate that can be read");
  // What follows the last one that could be read was to be one, too.
  if (Count(pem, kBegin) != all.size() || Count(pem, "-----") != 4 * all.size()) {
    return absl::InvalidArgumentError("is cut short, or holds more than certificates");
  }
  return all;
}

absl::StatusOr<Owned<EVP_PKEY>> ReadKey(const Secret& pem) {
  const Owned<BIO> text = Over(pem.Reveal());
  Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(text.get(), nullptr, NoPassword, nullptr));
  ERR_clear_error();
  if (key != nullptr) return key;
  return absl::InvalidArgumentError("holds no private key that can be read without a password");
}

}  // namespace kyc::tls
