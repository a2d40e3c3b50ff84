// Notifications sent to every sidecar of a cluster and streams read from every gateway, while a
// test hurts it; and whether everything is there in the end.
#ifndef TESTS_CLUSTER_LOAD_H_
#define TESTS_CLUSTER_LOAD_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "tests/support/follower.h"
#include "tests/support/planted.h"
#include "tests/support/tally.h"
#include "tests/support/webhook_sender.h"

namespace kyc::tests {

struct LoadOptions {
  // A port of 0: it is gone for now. Asked by any thread.
  int sidecars = 1;
  std::function<uint16_t(int sidecar)> webhook_port;
  int gateways = 1;
  std::function<uint16_t(int gateway)> grpc_port;
  std::string callback_token = kCallbackToken;
  int senders = 16;
  // Between two notifications of a sender.
  absl::Duration pause = absl::ZeroDuration();
};

// Used by the test's thread. Sends and reads from its making on until End.
class Load {
 public:
  explicit Load(LoadOptions options);
  // The test must have called End.
  ~Load();

  // How many times it was answered 200, 503, and anything else or not at all.
  int answered() const { return answered_.count(); }
  int refused() const { return refused_.count(); }
  int others() const { return others_.count(); }
  // How many times a stream ended, each by UNAVAILABLE.
  int stream_ends() const { return stream_ends_; }

  // Waits for so many more 200 or 503; a fatal test failure if they do not come.
  void AwaitAnswers(int more) const { AwaitMore(answered_, more, "200"); }
  void AwaitRefusals(int more) const { AwaitMore(refused_, more, "503"); }
  // So many answers show that service goes on.
  static constexpr int kAnswersThatShow = 200;

  // Stops sending, and reading once `end_streams` has ended the gateways: only so their streams
  // end.
  void End(const std::function<void()>& end_streams);
  // After End, at gateways that serve again: what was answered 200 is there once, in one order
  // without a gap; every follower and the second gateway have seen the same.
  void ExpectAllOnce();

 private:
  void Send(Sender& sender, int at);
  void Follow(Follower& follower, int at);
  void AwaitMore(const Tally& tally, int more, const char* of) const;

  const LoadOptions options_;
  std::vector<Sender> senders_;
  std::deque<Follower> followers_;
  Tally answered_;
  Tally refused_;
  Tally others_;
  std::atomic<int> stream_ends_ = 0;
  absl::Notification stop_;
  std::vector<std::thread> threads_;  // Last: they use all the others.
};

}  // namespace kyc::tests

#endif  // TESTS_CLUSTER_LOAD_H_
