// What is wrong with an upstream's certificate, in our words.
#ifndef SERVER_UPSTREAM_CERTIFICATE_FAULT_H_
#define SERVER_UPSTREAM_CERTIFICATE_FAULT_H_

#include <curl/curl.h>

#include <string>

namespace kyc::upstream {

// Whether a transfer ended so because of the certificates: the upstream's, or our own file.
bool IsCertificateFault(CURLcode code);

// For the log: which it is, and what to do. `verify_result` is CURLINFO_SSL_VERIFYRESULT.
std::string CertificateFault(CURLcode code, long verify_result);

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_CERTIFICATE_FAULT_H_
