#include "server/upstream/url_cache.h"

#include <arpa/inet.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace kyc::upstream {
namespace {

constexpr size_t kMaxUrls = 256;

std::string PartOf(CURLU* url, CURLUPart part, unsigned flags) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return "";
  std::string copy(text);
  curl_free(text);
  return copy;
}

bool NeedsLookUp(const std::string& host) {
  in_addr address;
  return !absl::StartsWith(host, "[") && inet_pton(AF_INET, host.c_str(), &address) != 1 &&
         !absl::EqualsIgnoreCase(host, "localhost") &&
         !absl::EndsWithIgnoreCase(host, ".localhost");
}

}  // namespace

std::shared_ptr<const Url> UrlCache::Parsed(const std::string& url) {
  if (auto found = urls_.find(url); found != urls_.end()) return found->second;
  if (!absl::StartsWithIgnoreCase(url, "http://") && !absl::StartsWithIgnoreCase(url, "https://")) {
    return nullptr;
  }
  auto parsed = std::make_shared<Url>();
  parsed->handle = UrlHandle(curl_url());
  CURLU* const handle = parsed->handle.get();
  if (handle == nullptr ||
      curl_url_set(handle, CURLUPART_URL, url.c_str(), CURLU_DISALLOW_USER) != CURLUE_OK) {
    return nullptr;
  }
  parsed->host = PartOf(handle, CURLUPART_HOST, 0);
  parsed->host_port =
      absl::StrCat(parsed->host, ":", PartOf(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT));
  parsed->needs_look_up = NeedsLookUp(parsed->host);
  if (urls_.size() >= kMaxUrls) urls_.clear();  // Calls that run hold theirs.
  return urls_.emplace(url, std::move(parsed)).first->second;
}

}  // namespace kyc::upstream
