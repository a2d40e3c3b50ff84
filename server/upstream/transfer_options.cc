#include "server/upstream/transfer_options.h"

#include <algorithm>

#include "server/upstream/curl_handle.h"

namespace kyc::upstream {
namespace {

long WholeSeconds(absl::Duration duration) {
  return std::max<long>(1, absl::ToInt64Seconds(duration));
}

// All but http and https would only widen what a wrong URL can do.
void SetHttp(CURL* easy, const TransferOptions& options) {
  SetOption(easy, CURLOPT_POST, 1L);
  SetOption(easy, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  SetOption(easy, CURLOPT_HTTP09_ALLOWED, 0L);
  SetOption(easy, CURLOPT_FOLLOWLOCATION, 0L);  // Else our headers would go to the other host.
  SetOption(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
  SetOption(easy, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(options.max_reply_bytes));
}

void SetConnections(CURL* easy, const TransferOptions& options) {
  SetOption(easy, CURLOPT_NOSIGNAL, 1L);
  // libcurl is told the addresses and keeps them until it is told others: it never looks up itself,
  // which would take a thread for each connection. (If it did, a transfer that ends meanwhile must
  // not block the loop until the resolver is back.)
  SetOption(easy, CURLOPT_DNS_CACHE_TIMEOUT, -1L);
  SetOption(easy, CURLOPT_QUICK_EXIT, 1L);
  SetOption(easy, CURLOPT_MAXAGE_CONN, WholeSeconds(options.idle_connection_age));
  SetOption(easy, CURLOPT_MAXLIFETIME_CONN, WholeSeconds(options.connection_age));
}

void SetTls(CURL* easy, const TransferOptions& options) {
  SetOption(easy, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  // Only ever one file of authorities: a ca_file replaces the system's, whose folder must not add
  // to it, and the default file holds what that folder does.
  SetOption(easy, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  if (!options.ca_file.empty()) SetOption(easy, CURLOPT_CAINFO, options.ca_file.c_str());
}

// What is not set here would come from the environment.
void SetProxy(CURL* easy, const TransferOptions& options) {
  SetOption(easy, CURLOPT_NOPROXY, "");
  SetOption(easy, CURLOPT_PROXY, options.proxy ? options.proxy->url.c_str() : "");
  if (!options.proxy) return;
  // Our headers hold secrets that are the upstream's.
  SetOption(easy, CURLOPT_HEADEROPT, long{CURLHEADER_SEPARATE});
  SetOption(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
  // Else the proxy's reply would look like the upstream's.
  SetOption(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (options.proxy->user.empty()) return;
  SetOption(easy, CURLOPT_PROXYAUTH, long{CURLAUTH_BASIC});
  SetOption(easy, CURLOPT_PROXYUSERNAME, options.proxy->user.c_str());
  SetOption(easy, CURLOPT_PROXYPASSWORD, options.proxy->password.c_str());
}

}  // namespace

void SetTransport(CURL* easy, const TransferOptions& options) {
  SetHttp(easy, options);
  SetConnections(easy, options);
  SetTls(easy, options);
  SetProxy(easy, options);
}

}  // namespace kyc::upstream
