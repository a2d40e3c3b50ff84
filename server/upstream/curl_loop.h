// The thread on which every call to every upstream runs.
#ifndef SERVER_UPSTREAM_CURL_LOOP_H_
#define SERVER_UPSTREAM_CURL_LOOP_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <stop_token>
#include <thread>
#include <variant>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/call/mailbox.h"
#include "server/upstream/address_book.h"
#include "server/upstream/curl_handle.h"
#include "server/upstream/curl_shard.h"
#include "server/upstream/curl_transfer.h"
#include "server/upstream/http.h"
#include "server/upstream/poller.h"
#include "server/upstream/resolver.h"
#include "server/upstream/timer_queue.h"
#include "server/upstream/url_cache.h"

namespace kyc::upstream {

struct LoopOptions {
  // How old a host's addresses may be before they are looked up anew.
  std::chrono::seconds address_age = AddressBook::kMaxAge;
};

// Thread-safe. Owned by the gateway; outlives every use of its senders. It has no limit of its own
// on calls: slots stand in front of it.
class CurlLoop {
 public:
  using Task = TimerQueue::Task;

  static absl::StatusOr<std::unique_ptr<CurlLoop>> Start(LoopOptions options = {});
  // Ends every call with kCancelled, runs every task that waits, and joins the thread.
  ~CurlLoop();
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;

  // Sends once: no second attempt, whatever happens. OnResponse runs on the loop's thread (on the
  // sender's own only after the loop has ended).
  SendHttp Sender(TransferOptions options);

  // Runs `task` on the loop's thread after `delay` (at most a day), or earlier if the
  // loop ends.
  void After(absl::Duration delay, Task task);

 private:
  using Clock = Poller::Clock;

  struct Submission {
    std::shared_ptr<const TransferOptions> options;
    absl::Time deadline;
    std::stop_token cancel;
    HttpRequest request;
    OnResponse done;
  };
  struct Call;
  struct Cancellation {
    Call* call;
    uint64_t number;
  };
  // Requests cancellation from whatever thread stops the call.
  struct PostCancel {
    CurlLoop* loop;
    Cancellation cancellation;
    void operator()() const noexcept;
  };
  // kIdle -> kResolving -> kRunning -> kIdle; kResolving is left out where the addresses are known,
  // and left for kIdle where they cannot be had, or the call ends first.
  enum class Phase {
    kIdle,       // In the free list: a handle that waits for an attempt.
    kResolving,  // In resolving_; for at most CurlTransfer::MostToResolve.
    kRunning,    // In its shard; for at most what libcurl was told.
  };
  struct Call {
    Call(Poller& poller, CURLSH* share) : transfer(poller, share) {}
    CurlTransfer transfer;
    CurlShard* shard = nullptr;
    OnResponse done;
    absl::optional<std::stop_callback<PostCancel>> cancel;
    uint64_t number = 0;  // Of the attempt: tells a late cancellation from one of this attempt.
    Phase phase = Phase::kIdle;
    // The upstream's, or its proxy's.
    std::shared_ptr<const Url> peer;
    uint64_t addresses = 0;  // The version of its addresses that this attempt tells libcurl.
  };
  struct Found {
    std::string host;
    Resolver::Answer addresses;
  };
  // What other threads hand over.
  using Letter = std::variant<Submission, Cancellation, TimerQueue::Timer, Found>;

  CurlLoop(std::unique_ptr<Poller> poller, LoopOptions options);

  // False, and `letter` is as it was, once the loop has ended.
  bool Post(Letter&& letter);

  void Run();
  void Handle(Submission& submission);
  void Handle(const Cancellation& cancellation) { CancelCall(cancellation); }
  void Handle(TimerQueue::Timer& timer) { timers_.Add(std::move(timer)); }
  void Handle(const Found& found);
  void CancelCall(const Cancellation& cancellation);
  // Run, or waits for the addresses.
  void Resolve(Call& call);
  // For the first time it was not in time: nothing if the attempt is another one by now.
  void GiveUpResolving(Call& call, uint64_t number);
  void Run(Call& call, const AddressBook::Addresses& addresses);
  void EndAttempt(Call& call);
  void RunDueShards();
  // After each Act of the shard.
  void FinishCalls(CurlShard& shard);
  static Call& CallOf(CURL* easy);
  void Answer(Call& call, HttpResult result);
  void EndAll();
  Call& IdleCall();

  // The loop's thread's own.
  const std::unique_ptr<Poller> poller_;
  // TLS sessions, so that a new connection need not begin from nothing, and addresses. One thread:
  // no locks.
  ShareHandle share_;
  UrlCache urls_;
  CurlShards shards_;
  std::vector<std::unique_ptr<Call>> calls_;  // Every one ever made: as many as ran at once.
  std::vector<Call*> idle_calls_;
  uint64_t last_number_ = 0;
  TimerQueue timers_;
  AddressBook book_;
  std::vector<Call*> resolving_;
  // The versions that libcurl has, by "host:port".
  std::map<std::string, uint64_t> told_;

  Mailbox<Letter> inbox_;
  std::atomic<bool> stopping_ = false;

  Resolver resolver_;
  std::thread thread_;
};

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_CURL_LOOP_H_
