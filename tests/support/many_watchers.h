// Very many streams of one gateway.
#ifndef TESTS_SUPPORT_MANY_WATCHERS_H_
#define TESTS_SUPPORT_MANY_WATCHERS_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "netzme/v1/upgrade_notification.grpc.pb.h"

namespace kyc::tests {

// Each stream sees the whole log; it remembers its cursor when it is closed and opened again. That
// the sequences follow each other without gap or repeat, over all its streams, is checked at every
// message. Used by the test's thread; the events come on gRPC's.
class ManyWatchers {
 public:
  ManyWatchers(uint16_t grpc_port, size_t count);
  ~ManyWatchers();
  ManyWatchers(const ManyWatchers&) = delete;
  ManyWatchers& operator=(const ManyWatchers&) = delete;

  // Opens all at once, each at its cursor, the first time at the log's beginning.
  void OpenAll(::netzme::v1::View view = ::netzme::v1::VIEW_BASIC);
  // As OpenAll, but only the first message is taken.
  void OpenAllAndStall(::netzme::v1::View view);
  // Cancels all that are open, at once, and waits for their ends.
  void CloseAll();

  // Waits until every stream has seen the event of this sequence; false if patience ends first.
  bool AwaitSeen(int64_t sequence) const;
  // Waits until every stream was told that it has caught up since it was opened.
  bool AwaitCaughtUp() const;
  // How many streams have ended that nobody closed.
  size_t ended() const;
  // The streams that saw what did not follow what they had seen.
  size_t wrong() const;

 private:
  class Stream;
  struct Seat {  // What outlives a stream. Guarded by mutex_.
    std::string cursor;
    int64_t sequence = 0;
    bool caught_up = false;
    bool wrong = false;
  };

  void Open(::netzme::v1::View view, bool stall);
  void Take(Seat& seat, const ::netzme::v1::WatchUpgradesResponse& response);
  void Ended();
  template <typename Condition>
  bool AwaitEverySeat(const Condition& condition) const;

  std::vector<std::unique_ptr<::netzme::v1::UpgradeNotificationService::Stub>> stubs_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::deque<Seat> seats_;
  size_t open_ = 0;  // Guarded by mutex_,
  size_t ended_ = 0;
  bool closing_ = false;
  std::vector<std::unique_ptr<Stream>> streams_;
};

}  // namespace kyc::tests

#endif  // TESTS_SUPPORT_MANY_WATCHERS_H_
