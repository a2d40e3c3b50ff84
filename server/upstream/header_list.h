// A request's headers as libcurl takes them.
#ifndef SERVER_UPSTREAM_HEADER_LIST_H_
#define SERVER_UPSTREAM_HEADER_LIST_H_

#include <curl/curl.h>

#include <string>
#include <vector>

#include "server/upstream/http.h"

namespace kyc::upstream {

// Its memory is used again from request to request. Not thread-safe.
class HeaderList {
 public:
  // Valid until the next call. libcurl only reads it.
  curl_slist* Of(const Headers& headers);

 private:
  std::string text_;
  std::vector<curl_slist> nodes_;
};

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_HEADER_LIST_H_
