// One attempt at a call: a libcurl easy handle with the callbacks that feed it and watch it.
#ifndef SERVER_UPSTREAM_CURL_TRANSFER_H_
#define SERVER_UPSTREAM_CURL_TRANSFER_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/json/body.h"
#include "server/upstream/curl_code.h"
#include "server/upstream/curl_handle.h"
#include "server/upstream/http.h"
#include "server/upstream/reply_reader.h"

namespace kyc::upstream {

// Of all calls to one upstream.
struct TransferOptions {
  absl::Duration attempt_timeout = absl::Seconds(20);
  absl::Duration connect_timeout = absl::Seconds(2);
  int64_t max_reply_bytes = 1 << 20;
  std::string ca_file = {};  // Empty: the system's authorities.
};

// How long an attempt may take, and what it is when that is over.
struct TimeLimit {
  absl::Duration limit;
  FailureKind on_expiry;
};
// The attempt timeout or the caller's deadline, whichever is earlier; none if less than 250 ms are
// left, because such a call would be billed and its answer thrown away.
absl::optional<TimeLimit> LimitOf(absl::Time now, absl::Time deadline,
                                  absl::Duration attempt_timeout);

// Used again and again, for one request at a time. Belongs to the loop's thread.
//
// It never delivers a body twice: libcurl sends a request again by itself when a reused connection
// dies, so the guard (PREREQFUNCTION, called before every try) aborts a second try once a byte of
// the body was asked for.
class CurlTransfer {
 public:
  CurlTransfer();
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  // Another one after each Prepare.
  CURL* easy() const { return easy_.get(); }

  // Makes the handle ready to be added to a multi handle. `options` outlives the attempt.
  void Prepare(HttpRequest request, std::shared_ptr<CURLU> url, const TransferOptions& options,
               TimeLimit limit);

  // The next two: once the handle is out of its multi handle again. They end the use of the request
  // and its blobs.
  HttpResult Finish(CURLcode code);
  HttpFailure Cancel();

 private:
  using Clock = std::chrono::steady_clock;

  static size_t OnRead(char* to, size_t size, size_t count, void* self);
  static int OnSeek(void* self, curl_off_t offset, int origin);
  static int OnTry(void* self, char* remote_ip, char* local_ip, int remote_port, int local_port);
  static size_t OnHeader(char* line, size_t size, size_t count, void* self);
  static size_t OnBody(char* bytes, size_t size, size_t count, void* self);

  void ResetHandle();
  void SetTransport(const TransferOptions& options);
  void SetCallbacks();
  curl_slist* HeaderLines();
  TransferFacts Facts(CURLcode code) const;
  void Release();

  EasyHandle easy_;
  HttpRequest request_;
  std::shared_ptr<CURLU> url_;
  absl::optional<json::BodyReader> reader_;
  size_t taken_ = 0;
  int tries_ = 0;
  TimeLimit limit_;
  Clock::time_point began_;
  ReplyReader reply_;
  // The request's headers as libcurl takes them; kept so that their memory is used again.
  std::string header_text_;
  std::vector<curl_slist> header_nodes_;
  char error_[CURL_ERROR_SIZE] = "";
};

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_CURL_TRANSFER_H_
