#include "clients/kyc/commands/http_post.h"

#include <curl/curl.h>

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace kyc::cli {
namespace {

constexpr size_t kMostOfBody = 64 << 10;

size_t Keep(char* data, size_t size, size_t count, void* to) {
  auto& body = *static_cast<std::string*>(to);
  body.append(data, std::min(size * count, kMostOfBody - std::min(kMostOfBody, body.size())));
  return size * count;
}

}  // namespace

HttpPoster::HttpPoster(std::string url) : url_(std::move(url)), curl_(curl_easy_init()) {}

HttpPoster::~HttpPoster() { curl_easy_cleanup(curl_); }

absl::StatusOr<HttpPoster::Reply> HttpPoster::Post(const std::string& body,
                                                   const std::vector<std::string>& headers,
                                                   absl::Duration limit) {
  if (curl_ == nullptr) return absl::InternalError("libcurl cannot start");
  Reply reply;
  curl_slist* list = curl_slist_append(nullptr, "Expect:");
  for (const std::string& header : headers) list = curl_slist_append(list, header.c_str());
  curl_easy_reset(curl_);
  curl_easy_setopt(curl_, CURLOPT_URL, url_.c_str());
  curl_easy_setopt(curl_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl_, CURLOPT_PROXY, "");
  curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl_, CURLOPT_TIMEOUT_MS, static_cast<long>(absl::ToInt64Milliseconds(limit)));
  curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, list);
  curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, body.data());
  curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, Keep);
  curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &reply.body);
  const CURLcode code = curl_easy_perform(curl_);
  curl_slist_free_all(list);
  if (code != CURLE_OK) {
    return absl::UnavailableError(absl::StrCat(url_, ": ", curl_easy_strerror(code)));
  }
  long status = 0;
  curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
  reply.status = static_cast<int>(status);
  return reply;
}

}  // namespace kyc::cli
