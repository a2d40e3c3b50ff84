#include "server/upstream/url_cache.h"

#include <utility>

#include "absl/strings/match.h"

namespace kyc::upstream {
namespace {

constexpr size_t kMaxUrls = 256;

}  // namespace

std::shared_ptr<CURLU> UrlCache::Parsed(const std::string& url) {
  if (auto found = urls_.find(url); found != urls_.end()) return found->second;
  if (!absl::StartsWithIgnoreCase(url, "http://") && !absl::StartsWithIgnoreCase(url, "https://")) {
    return nullptr;
  }
  UrlHandle parsed(curl_url());
  if (!parsed ||
      curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_DISALLOW_USER) != CURLUE_OK) {
    return nullptr;
  }
  if (urls_.size() >= kMaxUrls) urls_.clear();  // Calls that run hold theirs.
  return urls_.emplace(url, std::shared_ptr<CURLU>(std::move(parsed))).first->second;
}

}  // namespace kyc::upstream
