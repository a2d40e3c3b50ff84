// URLs, parsed once.
#ifndef SERVER_UPSTREAM_URL_CACHE_H_
#define SERVER_UPSTREAM_URL_CACHE_H_

#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "server/upstream/curl_handle.h"

namespace kyc::upstream {

struct Url {
  UrlHandle handle;
  std::string host;
  std::string host_port;
  bool needs_look_up = false;  // False: libcurl knows the host's address without asking anybody.
};

// Not thread-safe. Holds at most 256 URLs; a gateway has as many as endpoints and proxies.
class UrlCache {
 public:
  // Null unless it is an http or https URL without user name and password: libcurl speaks other
  // protocols too.
  std::shared_ptr<const Url> Parsed(const std::string& url);

 private:
  absl::flat_hash_map<std::string, std::shared_ptr<const Url>> urls_;
};

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_URL_CACHE_H_
