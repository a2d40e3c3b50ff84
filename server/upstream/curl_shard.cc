#include "server/upstream/curl_shard.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>

namespace kyc::upstream {

CurlShard::CurlShard(Poller& poller) : poller_(poller), multi_(curl_multi_init()) {
  if (multi_ == nullptr) std::abort();  // Out of memory.
  SetOption(multi_.get(), CURLMOPT_SOCKETFUNCTION, &OnSocket);
  SetOption(multi_.get(), CURLMOPT_SOCKETDATA, this);
  SetOption(multi_.get(), CURLMOPT_TIMERFUNCTION, &OnTimer);
  SetOption(multi_.get(), CURLMOPT_TIMERDATA, this);
  // By default the pool shrinks to four times the transfers that are left, so that each burst would
  // end in closed connections.
  SetOption(multi_.get(), CURLMOPT_MAXCONNECTS, long{kMaxCalls});
}

void CurlShard::Add(CURL* easy) {
  if (curl_multi_add_handle(multi_.get(), easy) != CURLM_OK) std::abort();  // Out of memory.
  ++calls_;
}

void CurlShard::Remove(CURL* easy) {
  curl_multi_remove_handle(multi_.get(), easy);
  --calls_;
}

void CurlShard::Act(curl_socket_t socket, int happened) {
  if (socket == CURL_SOCKET_TIMEOUT) due_ = Poller::kNever;
  only_reading_.clear();
  int running = 0;
  curl_multi_socket_action(multi_.get(), socket, happened, &running);
}

bool CurlShard::Next(Finished& finished) {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    finished = {.easy = message->easy_handle, .code = message->data.result};
    return true;
  }
  return false;
}

CurlShard& CurlShards::WithRoom() {
  for (const auto& shard : shards_) {
    if (!shard->full()) return *shard;
  }
  shards_.push_back(std::make_unique<CurlShard>(poller_));
  return *shards_.back();
}

Poller::Clock::time_point CurlShards::due() const {
  Poller::Clock::time_point due = Poller::kNever;
  for (const auto& shard : shards_) due = std::min(due, shard->due());
  return due;
}

int CurlShard::OnSocket(CURL* easy, curl_socket_t socket, int what, void* self, void*) {
  auto* shard = static_cast<CurlShard*>(self);
  if (what == CURL_POLL_IN) shard->only_reading_.push_back(easy);
  shard->poller_.Want(socket, what, shard);
  return 0;
}

int CurlShard::OnTimer(CURLM*, long milliseconds, void* self) {
  using Clock = Poller::Clock;
  auto* shard = static_cast<CurlShard*>(self);
  if (milliseconds < 0) {
    shard->due_ = Poller::kNever;
  } else if (milliseconds == 0) {
    shard->due_ = Poller::kNow;
  } else {
    shard->due_ = Clock::now() + std::chrono::milliseconds(milliseconds);
  }
  return 0;
}

}  // namespace kyc::upstream
