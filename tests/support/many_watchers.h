// Very many streams of one gateway.
#ifndef TESTS_SUPPORT_MANY_WATCHERS_H_
#define TESTS_SUPPORT_MANY_WATCHERS_H_

#include <grpcpp/support/status.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
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
  // CloseAll; those that are opened from now on are of this gateway.
  void MoveTo(uint16_t grpc_port);

  // Waits until every stream has seen the event of this sequence; false if patience ends since one
  // that has not has taken something: so many streams may take long on a machine that does more.
  bool AwaitSeen(int64_t sequence);
  // Waits until every stream was told that it has caught up since it was opened; false likewise.
  bool AwaitCaughtUp() const;
  // How many streams have ended that nobody closed.
  size_t ended() const;
  // The streams that saw what did not follow what they had seen.
  size_t wrong() const;
  // For a test that fails: how many streams are at which sequence, how those ended that nobody
  // closed, and what the first wrong one saw.
  std::string Summary() const;

 private:
  class Stream;
  // What outlives a stream. Guarded by mutex_.
  struct Seat {
    std::string cursor;
    int64_t sequence = 0;
    bool caught_up = false;
    bool wrong = false;
  };

  void Open(::netzme::v1::View view, bool stall);
  void Take(Seat& seat, const ::netzme::v1::WatchUpgradesResponse& response);
  void Ended(const grpc::Status& status);
  // False once patience has ended since `moves_` grew.
  bool AwaitMoving(std::unique_lock<std::mutex>& lock, const std::function<bool()>& is_so) const;

  std::vector<std::unique_ptr<::netzme::v1::UpgradeNotificationService::Stub>> stubs_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::deque<Seat> seats_;
  size_t open_ = 0;                     // Guarded by mutex_, as all that follows up to the streams.
  std::map<std::string, size_t> ends_;  // Those that nobody closed, by their status.
  std::string first_wrong_;
  bool closing_ = false;
  size_t caught_up_ = 0;  // Streams since they were opened.
  // Where AwaitSeen waits for all seats, and how many are not there.
  int64_t awaited_ = 0;
  size_t behind_ = 0;
  size_t moves_ = 0;  // Messages taken by seats of which somebody waits for more.
  std::vector<std::unique_ptr<Stream>> streams_;
};

}  // namespace kyc::tests

#endif  // TESTS_SUPPORT_MANY_WATCHERS_H_
