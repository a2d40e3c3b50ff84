// One HTTP POST by libcurl.
#ifndef CLIENTS_KYC_COMMANDS_HTTP_POST_H_
#define CLIENTS_KYC_COMMANDS_HTTP_POST_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace kyc::cli {

// Keeps its connection from one post to the next. Used by one thread.
class HttpPoster {
 public:
  // `url` is http or https. No proxy is asked, no redirect followed.
  explicit HttpPoster(std::string url);
  ~HttpPoster();
  HttpPoster(const HttpPoster&) = delete;

  struct Reply {
    int status = 0;
    std::string body;  // At most 64 KiB of it.
  };

  // Blocks for at most `limit`. UNAVAILABLE says in libcurl's words why there is no reply.
  absl::StatusOr<Reply> Post(const std::string& body, const std::vector<std::string>& headers,
                             absl::Duration limit);

 private:
  const std::string url_;
  void* const curl_;
};

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_COMMANDS_HTTP_POST_H_
