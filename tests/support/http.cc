#include "tests/support/http.h"

#include <curl/curl.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "tests/support/child_process.h"

namespace kyc::tests {
namespace {

struct Close {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

size_t Append(const char* bytes, size_t, size_t size, void* to) {
  static_cast<std::string*>(to)->append(bytes, size);
  return size;
}

// libcurl copies it.
void SetBlob(CURL* easy, CURLoption option, std::string text) {
  curl_blob blob = {text.data(), text.size(), CURL_BLOB_COPY};
  curl_easy_setopt(easy, option, &blob);
}

void Use(CURL* easy, const OverTls& tls) {
  SetBlob(easy, CURLOPT_CAINFO_BLOB, tls.authority);
  if (tls.identity == nullptr) return;
  SetBlob(easy, CURLOPT_SSLCERT_BLOB, tls.identity->Pem());
  SetBlob(easy, CURLOPT_SSLKEY_BLOB, tls.identity->KeyPem());
}

HttpAnswer Perform(CURL* easy, uint16_t port, const std::string& target,
                   const std::vector<std::string>& headers, const OverTls* tls) {
  HttpAnswer answer;
  std::unique_ptr<curl_slist, Close> list;
  for (const std::string& header : headers) {
    curl_slist* longer = curl_slist_append(list.get(), header.c_str());
    list.release();
    list.reset(longer);
  }
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list.get());
  if (tls != nullptr) Use(easy, *tls);
  const bool is_path = target[0] == '/';
  const std::string url = absl::StrCat(tls == nullptr ? "http" : "https", "://127.0.0.1:", port,
                                       is_path ? target : "/");
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  if (!is_path) curl_easy_setopt(easy, CURLOPT_REQUEST_TARGET, target.c_str());
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(kPatience)));
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Append);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &answer.body);
  if (curl_easy_perform(easy) != CURLE_OK) return {};
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &answer.status);
  return answer;
}

}  // namespace

HttpAnswer Get(uint16_t port, const std::string& target, const std::vector<std::string>& headers,
               const OverTls* tls) {
  const std::unique_ptr<CURL, Close> easy(curl_easy_init());
  return Perform(easy.get(), port, target, headers, tls);
}

HttpAnswer Post(uint16_t port, const std::string& target, const std::vector<std::string>& headers,
                absl::string_view body, const OverTls* tls) {
  const std::unique_ptr<CURL, Close> easy(curl_easy_init());
  curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDS, body.data());
  return Perform(easy.get(), port, target, headers, tls);
}

}  // namespace kyc::tests
