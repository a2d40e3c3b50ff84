// A subscriber that reopens its stream from its last cursor, and what a whole log must look like.
#ifndef TESTS_SUPPORT_FOLLOWER_H_
#define TESTS_SUPPORT_FOLLOWER_H_

#include <grpcpp/support/status.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "netzme/v1/upgrade_notification.pb.h"
#include "tests/support/webhook_sender.h"

namespace kyc::tests {

// Begins at the log's beginning. Used by one thread at a time.
class Follower {
 public:
  // VIEW_FULL needs a caller with allow_full_view, and a log that can be written: each is noted.
  explicit Follower(::netzme::v1::UpgradeFilter filter = {},
                    ::netzme::v1::View view = ::netzme::v1::VIEW_FULL)
      : filter_(std::move(filter)), view_(view) {}

  // Reads on until the stream ends, whatever ends it.
  grpc::Status FollowToTheEnd(uint16_t grpc_port);
  // Reads on to what is newest now; a test failure if the stream ends otherwise.
  void CatchUp(uint16_t grpc_port);
  // The same until it has seen so many: a gateway over PostgreSQL may not have seen all yet. False
  // if patience ends first.
  bool CatchUpTo(size_t enough, uint16_t grpc_port);

  const std::vector<::netzme::v1::UpgradeEvent>& seen() const { return seen_; }
  const std::string& cursor() const { return cursor_; }

 private:
  grpc::Status Follow(uint16_t grpc_port, bool stop_when_caught_up);

  const ::netzme::v1::UpgradeFilter filter_;
  const ::netzme::v1::View view_;
  std::vector<::netzme::v1::UpgradeEvent> seen_;
  std::string cursor_;
};

// Sequences rise; each reference's revisions are 1, 2, ..., each once, and each event knows the
// status before it; no anomalies; no event is made of two.
void ExpectRevisions(const std::vector<::netzme::v1::UpgradeEvent>& log);

// A whole log: whatever was answered 200 is in it exactly once, byte by byte where it was read with
// VIEW_FULL; what was only sent at most once; nothing else; revisions as above.
void ExpectWholeLog(const std::vector<::netzme::v1::UpgradeEvent>& log,
                    const std::vector<Sender>& senders);

// The same events in the same order.
void ExpectSame(const std::vector<::netzme::v1::UpgradeEvent>& seen,
                const std::vector<::netzme::v1::UpgradeEvent>& log);

}  // namespace kyc::tests

#endif  // TESTS_SUPPORT_FOLLOWER_H_
