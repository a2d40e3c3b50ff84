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
#include "server/upstream/header_list.h"
#include "server/upstream/http.h"
#include "server/upstream/poller.h"
#include "server/upstream/reply_reader.h"
#include "server/upstream/transfer_options.h"
#include "server/upstream/url_cache.h"

namespace kyc::upstream {

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
// the body may have left: of a small body, which goes out with its header, once a byte of either
// did; of a larger one, which is read from us piece by piece, once a byte of it was asked for.
class CurlTransfer {
 public:
  // `poller` outlives the transfer's connections, and `share` every handle.
  CurlTransfer(Poller& poller, CURLSH* share);
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  // Another one after each Prepare.
  CURL* easy() const { return easy_.get(); }

  // Makes the handle ready to be added to a multi handle.
  void Prepare(HttpRequest request, std::shared_ptr<const Url> url,
               std::shared_ptr<const TransferOptions> options, TimeLimit limit);
  // How long it may wait for its host's addresses.
  absl::Duration MostToResolve() const;
  // After such a wait: what is left of its times.
  void CutTimes();
  // What CURLOPT_RESOLVE is to say: "host:port:address,address".
  void TellAddresses(std::string entry);

  // libcurl sends nothing more. Where all of the body has left, what was needed for it is let go
  // of: the call may wait long for its answer.
  void OnlyReads();

  // The next three end the use of the request and its blobs; one that was surely not sent is handed
  // back with the failure. The first two: once the handle is out of its multi handle again.
  HttpResult Finish(CURLcode code);
  HttpFailure Cancel();
  // Before it was added to one: its host's addresses cannot be had, or not in time.
  HttpFailure Unresolved(std::string cause);

 private:
  using Clock = std::chrono::steady_clock;

  static size_t OnRead(char* to, size_t size, size_t count, void* self);
  static int OnSeek(void* self, curl_off_t offset, int origin);
  static int OnTry(void* self, char* remote_ip, char* local_ip, int remote_port, int local_port);
  static size_t OnHeader(char* line, size_t size, size_t count, void* self);
  static size_t OnBody(char* bytes, size_t size, size_t count, void* self);

  void RenewHandle();
  void SetCallbacks();
  void SetBody();
  // Of a body that is read from us, those asked for; else those of the request that left.
  size_t BytesTaken() const;
  std::string CauseOf(FailureKind kind, CURLcode code) const;
  TransferFacts Facts(CURLcode code) const;
  HttpFailure Failure(FailureKind kind, bool sent, std::string cause);
  void Release();

  Poller& poller_;
  CURLSH* const share_;
  EasyHandle easy_;
  bool as_new_ = false;  // The handle has all its options and nothing of a failure left.
  std::shared_ptr<const TransferOptions> options_;
  HttpRequest request_;
  std::shared_ptr<const Url> url_;
  absl::optional<std::string> in_one_write_;  // The body, where it goes out with its header;
  absl::optional<json::BodyReader> reader_;   // else where it is read from,
  size_t taken_ = 0;                          // and how much was.
  bool let_go_ = false;                       // The body is no longer whole.
  int tries_ = 0;
  TimeLimit limit_;
  Clock::time_point began_;
  Clock::time_point moved_;  // When libcurl last sent something, or got something of the reply.
  ReplyReader reply_;
  HeaderList header_list_;
  std::string addresses_;  // Kept for as long as libcurl may read them.
  curl_slist addresses_node_;
  char error_[CURL_ERROR_SIZE] = "";
};

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_CURL_TRANSFER_H_
