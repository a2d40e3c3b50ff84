#include "server/upstream/curl_loop.h"

#include <curl/curl.h>

#include <algorithm>
#include <utility>

#include "absl/status/status.h"

namespace kyc::upstream {
namespace {

constexpr absl::Duration kMaxDelay = absl::Hours(24);

HttpFailure NotSent(FailureKind kind, const char* cause) {
  return {.kind = kind, .sent = false, .attempts = 0, .cause = cause};
}

// A line end in a header would let its value write further headers.
bool Sendable(const Headers& headers) {
  constexpr absl::string_view kForbidden("\r\n\0", 3);
  return std::all_of(headers.begin(), headers.end(), [&](const auto& header) {
    return header.first.find_first_of(kForbidden.data(), 0, 3) == std::string::npos &&
           header.second.find_first_of(kForbidden.data(), 0, 3) == std::string::npos;
  });
}

}  // namespace

absl::StatusOr<std::unique_ptr<CurlLoop>> CurlLoop::Start() {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return absl::InternalError("cannot initialise libcurl");
  }
  absl::StatusOr<std::unique_ptr<Poller>> poller = Poller::Open();
  if (!poller.ok()) {
    curl_global_cleanup();
    return poller.status();
  }
  return std::unique_ptr<CurlLoop>(new CurlLoop(*std::move(poller)));
}

CurlLoop::CurlLoop(std::unique_ptr<Poller> poller)
    : poller_(std::move(poller)), share_(curl_share_init()) {
  if (share_ == nullptr) std::abort();  // Out of memory.
  SetOption(share_.get(), CURLSHOPT_SHARE, int{CURL_LOCK_DATA_SSL_SESSION});
  thread_ = std::thread([this] { Run(); });
}

CurlLoop::~CurlLoop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  poller_->Wake();
  thread_.join();
  calls_.clear();
  shards_.clear();
  share_.reset();
  curl_global_cleanup();
}

SendHttp CurlLoop::Sender(TransferOptions options) {
  auto shared = std::make_shared<const TransferOptions>(std::move(options));
  return [this, shared](const CallContext& context, HttpRequest request, OnResponse done) {
    Submission submission = {shared, context.deadline, context.cancel, std::move(request),
                             std::move(done)};
    if (!Post([&](Inbox& inbox) { inbox.submissions.push_back(std::move(submission)); })) {
      std::move(submission.done)(NotSent(FailureKind::kCancelled, "the loop has ended"));
    }
  };
}

void CurlLoop::After(absl::Duration delay, Task task) {
  delay = std::clamp(delay, absl::ZeroDuration(), kMaxDelay);
  const Clock::time_point due = Clock::now() + absl::ToChronoNanoseconds(delay);
  if (!Post([&](Inbox& inbox) { inbox.timers.push_back({due, std::move(task)}); })) {
    std::move(task)();
  }
}

void CurlLoop::PostCancel::operator()() const noexcept {
  loop->Post([&](Inbox& inbox) { inbox.cancellations.push_back(cancellation); });
}

template <typename Add>
bool CurlLoop::Post(Add add) {
  bool first;
  {
    std::lock_guard lock(mutex_);
    if (ended_) return false;
    first = inbox_.empty();
    add(inbox_);
  }
  // One wake per batch; the loop looks into the inbox before it waits.
  if (first && std::this_thread::get_id() != thread_.get_id()) poller_->Wake();
  return true;
}

bool CurlLoop::TakeInbox() {
  std::lock_guard lock(mutex_);
  std::swap(inbox_, taken_);
  return !stopping_;
}

bool CurlLoop::InboxEmpty() {
  std::lock_guard lock(mutex_);
  return inbox_.empty() && !stopping_;
}

void CurlLoop::Run() {
  while (TakeInbox()) {
    HandleTaken();
    RunTimers();
    RunDueShards();
    for (const Poller::Event& event : poller_->Wait(InboxEmpty() ? NextDue() : Poller::kNow)) {
      auto* shard = static_cast<CurlShard*>(event.owner);
      shard->Act(event.socket, event.happened);
      FinishCalls(*shard);
    }
  }
  EndAll();
}

void CurlLoop::HandleTaken() {
  for (Submission& submission : taken_.submissions) Begin(std::move(submission));
  for (const Cancellation& cancellation : taken_.cancellations) CancelCall(cancellation);
  for (Timer& timer : taken_.timers) timers_.push(std::move(timer));
  taken_.submissions.clear();
  taken_.cancellations.clear();
  taken_.timers.clear();
}

void CurlLoop::Begin(Submission submission) {
  const auto refuse = [&](FailureKind kind, const char* cause) {
    std::move(submission.done)(NotSent(kind, cause));
  };
  if (submission.cancel.stop_requested()) {
    return refuse(FailureKind::kCancelled, "cancelled before it began");
  }
  const absl::optional<TimeLimit> limit =
      LimitOf(absl::Now(), submission.deadline, submission.options->attempt_timeout);
  if (!limit) return refuse(FailureKind::kCallerDeadline, "too little time left");
  std::shared_ptr<CURLU> url = urls_.Parsed(submission.request.url);
  if (url == nullptr || !Sendable(submission.request.headers)) {
    return refuse(FailureKind::kUnreachable, "not a usable URL or header");
  }

  Call& call = IdleCall();
  call.number = ++last_number_;
  call.running = true;
  call.done = std::move(submission.done);
  call.transfer.Prepare(std::move(submission.request), std::move(url),
                        std::move(submission.options), *limit);
  SetOption(call.transfer.easy(), CURLOPT_PRIVATE, &call);
  call.shard = &ShardWithRoom();
  call.shard->Add(call.transfer.easy());
  call.cancel.emplace(std::move(submission.cancel), PostCancel{this, {&call, call.number}});
}

void CurlLoop::CancelCall(const Cancellation& cancellation) {
  Call& call = *cancellation.call;
  if (!call.running || call.number != cancellation.number) return;  // It has ended meanwhile.
  call.shard->Remove(call.transfer.easy());
  Answer(call, call.transfer.Cancel());
}

void CurlLoop::RunTimers() {
  if (timers_.empty()) return;
  const Clock::time_point now = Clock::now();
  while (!timers_.empty() && timers_.top().due <= now) {
    Task task = std::move(timers_.top().task);
    timers_.pop();
    std::move(task)();
  }
}

void CurlLoop::RunDueShards() {
  if (shards_.empty()) return;
  const Clock::time_point now = Clock::now();
  for (const auto& shard : shards_) {
    if (shard->due() > now) continue;
    shard->ActOnTime();
    FinishCalls(*shard);
  }
}

void CurlLoop::FinishCalls(CurlShard& shard) {
  CurlShard::Finished finished;
  while (shard.Next(finished)) {
    void* self = nullptr;
    curl_easy_getinfo(finished.easy, CURLINFO_PRIVATE, &self);
    Call& call = *static_cast<Call*>(self);
    shard.Remove(finished.easy);
    Answer(call, call.transfer.Finish(finished.code));
  }
}

void CurlLoop::Answer(Call& call, HttpResult result) {
  call.cancel.reset();
  call.running = false;
  OnResponse done = std::move(call.done);
  idle_calls_.push_back(&call);
  std::move(done)(std::move(result));
}

void CurlLoop::EndAll() {
  for (const auto& call : calls_) {
    if (call->running) CancelCall({call.get(), call->number});
  }
  while (true) {
    for (Submission& submission : taken_.submissions) {
      std::move(submission.done)(NotSent(FailureKind::kCancelled, "the loop ends"));
    }
    taken_.submissions.clear();
    taken_.cancellations.clear();
    for (Timer& timer : std::exchange(taken_.timers, {})) std::move(timer.task)();
    for (; !timers_.empty(); timers_.pop()) std::move(timers_.top().task)();
    std::lock_guard lock(mutex_);
    std::swap(inbox_, taken_);
    if (taken_.empty()) {
      ended_ = true;
      return;
    }
  }
}

CurlLoop::Clock::time_point CurlLoop::NextDue() const {
  Clock::time_point due = timers_.empty() ? Poller::kNever : timers_.top().due;
  for (const auto& shard : shards_) due = std::min(due, shard->due());
  return due;
}

CurlShard& CurlLoop::ShardWithRoom() {
  // The first one, so that few connections are kept and those are warm.
  for (const auto& shard : shards_) {
    if (!shard->full()) return *shard;
  }
  shards_.push_back(std::make_unique<CurlShard>(*poller_));
  return *shards_.back();
}

CurlLoop::Call& CurlLoop::IdleCall() {
  if (idle_calls_.empty()) {
    calls_.push_back(std::make_unique<Call>(*poller_, share_.get()));
    idle_calls_.push_back(calls_.back().get());
  }
  Call* call = idle_calls_.back();
  idle_calls_.pop_back();
  return *call;
}

}  // namespace kyc::upstream
