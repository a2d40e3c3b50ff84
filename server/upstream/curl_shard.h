// One libcurl multi handle: a share of the calls and their pool of connections.
#ifndef SERVER_UPSTREAM_CURL_SHARD_H_
#define SERVER_UPSTREAM_CURL_SHARD_H_

#include <memory>
#include <vector>

#include "server/upstream/curl_handle.h"
#include "server/upstream/poller.h"

namespace kyc::upstream {

// Small on purpose: for every call libcurl walks past all busy connections of the pool to the same
// host, so one handle for thousands of calls would cost ten times as much as many of these.
// Belongs to the loop's thread.
class CurlShard {
 public:
  static constexpr int kMaxCalls = 250;

  struct Finished {
    CURL* easy;
    CURLcode code;
  };

  // The poller outlives it.
  explicit CurlShard(Poller& poller);
  CurlShard(const CurlShard&) = delete;
  CurlShard& operator=(const CurlShard&) = delete;

  bool full() const { return calls_ >= kMaxCalls; }
  // When libcurl wants to be called though nothing happened.
  Poller::Clock::time_point due() const { return due_; }

  // The transfer starts when Act is called next.
  void Add(CURL* easy);
  // Aborts the transfer if it has not finished: afterwards none of its callbacks is called.
  void Remove(CURL* easy);

  // Lets libcurl work: on a socket, or, without one, on what is due.
  void Act(curl_socket_t socket, int happened);
  void ActOnTime() { Act(CURL_SOCKET_TIMEOUT, 0); }

  // The transfers that Act has brought to where nothing is to be sent any more. Until the next Act.
  const std::vector<CURL*>& only_reading() const { return only_reading_; }

  // The next transfer that has finished; false if there is none. It is still to be removed.
  bool Next(Finished& finished);

 private:
  static int OnSocket(CURL* easy, curl_socket_t socket, int what, void* self, void* unused);
  static int OnTimer(CURLM* multi, long milliseconds, void* self);

  Poller& poller_;
  MultiHandle multi_;
  int calls_ = 0;
  std::vector<CURL*> only_reading_;
  Poller::Clock::time_point due_ = Poller::kNever;
};

// As many as it takes. Belongs to the loop's thread.
class CurlShards {
 public:
  // The poller outlives it.
  explicit CurlShards(Poller& poller) : poller_(poller) {}

  // The first one, so that few connections are kept and those are warm.
  CurlShard& WithRoom();
  Poller::Clock::time_point due() const;
  void clear() { shards_.clear(); }

  auto begin() const { return shards_.begin(); }
  auto end() const { return shards_.end(); }

 private:
  Poller& poller_;
  std::vector<std::unique_ptr<CurlShard>> shards_;
};

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_CURL_SHARD_H_
