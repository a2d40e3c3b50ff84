#include "server/upstream/certificate_fault.h"

#include "absl/strings/str_cat.h"

namespace kyc::upstream {
namespace {

// OpenSSL's numbers (openssl-verification-options(1), X509_V_ERR_...).
const char* WordsOf(long verify_result) {
  switch (verify_result) {
    case 0:  // The chain is good, so the name is not;
    case 1:  // libcurl compares it before it takes over that the chain is good.
    case 62:
    case 64:
      return "the upstream's certificate is for another name";
    case 9:
      return "the upstream's certificate is not valid yet: is this machine's clock right?";
    case 10:
      return "the upstream's certificate has expired";
    case 18:
    case 19:
      return "the upstream's certificate is signed by itself or by an authority that is not "
             "trusted";
    case 2:
    case 20:
    case 21:
      return "the upstream's certificate is of an authority that is not trusted, or the upstream "
             "does not show the one between";
    case 24:
    case 79:
      return "the upstream's certificate is signed by a certificate that is no authority's";
    case 26:
    case 85:
      return "the upstream's certificate is not one for servers";
    case 66:
    case 67:
    case 68:
      return "the upstream's certificate, or its authority's, has too weak a key or signature";
    default:
      return "the upstream's certificate does not verify";
  }
}

}  // namespace

bool IsCertificateFault(CURLcode code) {
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
         code == CURLE_SSL_ISSUER_ERROR;
}

std::string CertificateFault(CURLcode code, long verify_result) {
  if (code == CURLE_SSL_CACERT_BADFILE) return "ca_file can no longer be read";
  return absl::StrCat(WordsOf(verify_result), " (verify result ", verify_result, ")");
}

}  // namespace kyc::upstream
