// Whether the server says that it serves.
#ifndef SERVER_RPC_SERVING_STATE_H_
#define SERVER_RPC_SERVING_STATE_H_

#include <functional>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace kyc::rpc {

// Serving until the server begins to leave, never again afterwards. Loop thread only. Shared by
// rpc::Server and the health methods.
class ServingState {
 public:
  bool serving() const { return serving_; }

  // From now on it does not serve: whoever follows is told, once.
  void Leave() {
    if (!std::exchange(serving_, false)) return;
    for (auto& [follower, on_leave] : std::exchange(followers_, {})) on_leave();
  }

  // `on_leave` is called by Leave, unless Unfollow came first. It must not call Unfollow.
  void Follow(const void* follower, std::function<void()> on_leave) {
    followers_.emplace(follower, std::move(on_leave));
  }
  void Unfollow(const void* follower) { followers_.erase(follower); }

 private:
  bool serving_ = true;
  absl::flat_hash_map<const void*, std::function<void()>> followers_;
};

}  // namespace kyc::rpc

#endif  // SERVER_RPC_SERVING_STATE_H_
