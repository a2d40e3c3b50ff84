// libcurl's handles with an owner.
#ifndef SERVER_UPSTREAM_CURL_HANDLE_H_
#define SERVER_UPSTREAM_CURL_HANDLE_H_

#include <curl/curl.h>

#include <cstdlib>
#include <memory>

namespace kyc::upstream {

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct ShareDeleter {
  void operator()(CURLSH* share) const { curl_share_cleanup(share); }
};
struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using EasyHandle = std::unique_ptr<CURL, EasyDeleter>;
using MultiHandle = std::unique_ptr<CURLM, MultiDeleter>;
using ShareHandle = std::unique_ptr<CURLSH, ShareDeleter>;
using UrlHandle = std::unique_ptr<CURLU, UrlDeleter>;

// Sets an option. The options are constants of ours: one that is refused is a bug, or memory is
// out, and a transfer without it must not run.
template <typename Value>
void SetOption(CURL* easy, CURLoption option, Value value) {
  if ((curl_easy_setopt)(easy, option, value) != CURLE_OK) std::abort();
}
template <typename Value>
void SetOption(CURLM* multi, CURLMoption option, Value value) {
  if ((curl_multi_setopt)(multi, option, value) != CURLM_OK) std::abort();
}

template <typename Value>
void SetOption(CURLSH* share, CURLSHoption option, Value value) {
  if ((curl_share_setopt)(share, option, value) != CURLSHE_OK) std::abort();
}

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_CURL_HANDLE_H_
