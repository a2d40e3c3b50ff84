// The Loop on a gRPC completion queue.
#ifndef SERVER_RPC_CQ_LOOP_H_
#define SERVER_RPC_CQ_LOOP_H_

#include <grpc/support/time.h>
#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "server/call/mailbox.h"
#include "server/rpc/loop.h"

namespace kyc::rpc {

// What comes out of the completion queue.
class Tag {
 public:
  virtual ~Tag() = default;
  virtual void On(bool ok) = 0;
};

// Owned by rpc::Server. Run is called by the loop's own thread.
class CqLoop final : public Loop {
 public:
  explicit CqLoop(grpc::CompletionQueue* queue) : queue_(queue), wake_(this) {}

  void Post(Task task) override;
  TimerId After(absl::Duration delay, Task task) override;
  void Cancel(TimerId timer) override;

  // Whether this is the loop's thread.
  bool OnThisThread() const { return thread_.load() == std::this_thread::get_id(); }

  // Loop thread only: when what it does now began, by the steady clock. Costs nothing to ask.
  absl::Time now() const { return now_; }

  // Loop thread only: whether End has come, and no operation may be started any more.
  bool ending() const { return ending_; }
  // Runs until End and until every tag came back.
  void Run();
  // Lets Run return: no operation or timer is started any more. Thread-safe.
  void End();
  // Ends a loop that never ran, and nobody runs: what was posted is dropped. Does nothing to one
  // that has ended.
  void EndUnrun();
  // Nothing is begun any more: what comes from now on is dropped, whatever it belongs to.
  // Thread-safe.
  void Abandon() { abandoned_.store(true); }

 private:
  // Tells that tasks were posted.
  struct Wake final : Tag {
    explicit Wake(CqLoop* loop) : loop(loop) {}
    void On(bool ok) override;
    CqLoop* loop;
    grpc::Alarm alarm;
  };
  void RunPosted();
  void RunDue();
  // When the earliest timer is due, as the queue waits for it.
  gpr_timespec NextDue() const;

  grpc::CompletionQueue* const queue_;
  std::atomic<std::thread::id> thread_;
  std::atomic<bool> abandoned_{false};

  Mailbox<Task> posted_;
  std::mutex wake_mutex_;
  bool ended_ = false;  // Guarded by wake_mutex_,
  Wake wake_;           // and this too: none is set in a queue that has been shut down.

  // Loop thread only.
  absl::Time now_;
  absl::btree_map<std::pair<absl::Time, TimerId>, Task> timers_;
  absl::btree_map<TimerId, absl::Time> due_;
  TimerId last_timer_ = 0;
  bool ending_ = false;  // From End on.
};

}  // namespace kyc::rpc

#endif  // SERVER_RPC_CQ_LOOP_H_
