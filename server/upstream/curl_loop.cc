#include "server/upstream/curl_loop.h"

#include <curl/curl.h>

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/call/steady_now.h"

namespace kyc::upstream {
namespace {

constexpr absl::Duration kMaxDelay = absl::Hours(24);

HttpFailure NotSent(FailureKind kind, const char* cause) {
  return {.kind = kind, .sent = false, .attempts = 0, .cause = cause};
}

}  // namespace

absl::StatusOr<std::unique_ptr<CurlLoop>> CurlLoop::Start(LoopOptions options) {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return absl::InternalError("cannot initialise libcurl");
  }
  absl::StatusOr<std::unique_ptr<Poller>> poller = Poller::Open();
  if (!poller.ok()) {
    curl_global_cleanup();
    return poller.status();
  }
  return std::unique_ptr<CurlLoop>(new CurlLoop(*std::move(poller), options));
}

CurlLoop::CurlLoop(std::unique_ptr<Poller> poller, LoopOptions options)
    : poller_(std::move(poller)),
      share_(curl_share_init()),
      shards_(*poller_),
      book_([this](const std::string& host) { resolver_.LookUp(host); }, options.address_age),
      resolver_([this](const std::string& host, Resolver::Answer answer) {
        Post(Found{host, std::move(answer)});
      }) {
  if (share_ == nullptr) std::abort();  // Out of memory.
  SetOption(share_.get(), CURLSHOPT_SHARE, int{CURL_LOCK_DATA_SSL_SESSION});
  SetOption(share_.get(), CURLSHOPT_SHARE, int{CURL_LOCK_DATA_DNS});
  thread_ = std::thread([this] { Run(); });
}

CurlLoop::~CurlLoop() {
  stopping_ = true;
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
    Letter letter =
        Submission{shared, context.deadline, context.cancel, std::move(request), std::move(done)};
    if (!Post(std::move(letter))) {
      std::move(std::get<Submission>(letter).done)(
          NotSent(FailureKind::kCancelled, "the loop has ended"));
    }
  };
}

void CurlLoop::After(absl::Duration delay, Task task) {
  delay = std::clamp(delay, absl::ZeroDuration(), kMaxDelay);
  const Clock::time_point due = Clock::now() + absl::ToChronoNanoseconds(delay);
  Letter letter = TimerQueue::Timer{due, std::move(task)};
  if (!Post(std::move(letter))) std::move(std::get<TimerQueue::Timer>(letter).task)();
}

void CurlLoop::PostCancel::operator()() const noexcept { loop->Post(cancellation); }

bool CurlLoop::Post(Letter&& letter) {
  const Mailbox<Letter>::Posted posted = inbox_.Post(std::move(letter));
  // The loop looks into the inbox before it waits.
  if (posted == Mailbox<Letter>::Posted::kFirst && std::this_thread::get_id() != thread_.get_id()) {
    poller_->Wake();
  }
  return posted != Mailbox<Letter>::Posted::kClosed;
}

void CurlLoop::Run() {
  std::vector<Letter> letters;
  while (!stopping_) {
    inbox_.Take(letters);
    for (Letter& letter : letters) {
      std::visit([this](auto& each) { Handle(each); }, letter);
    }
    letters.clear();
    if (!timers_.empty()) timers_.Run(Clock::now());
    RunDueShards();
    // A stop is a wake, too: one that comes now ends the wait at once.
    for (const Poller::Event& event :
         poller_->Wait(inbox_.empty() ? std::min(timers_.due(), shards_.due()) : Poller::kNow)) {
      auto* shard = static_cast<CurlShard*>(event.owner);
      shard->Act(event.socket, event.happened);
      FinishCalls(*shard);
    }
  }
  EndAll();
}

void CurlLoop::Handle(Submission& submission) {
  const auto refuse = [&](FailureKind kind, const char* cause) {
    std::move(submission.done)(NotSent(kind, cause));
  };
  if (submission.cancel.stop_requested()) {
    return refuse(FailureKind::kCancelled, "cancelled before it began");
  }
  const absl::optional<TimeLimit> limit =
      LimitOf(SteadyNow(), submission.deadline, submission.options->attempt_timeout);
  if (!limit) return refuse(FailureKind::kCallerDeadline, "too little time left");
  std::shared_ptr<const Url> url = urls_.Parsed(submission.request.url);
  const auto& proxy = submission.options->proxy;
  std::shared_ptr<const Url> peer = proxy ? urls_.Parsed(proxy->url) : url;
  if (url == nullptr || peer == nullptr || !Sendable(submission.request.headers)) {
    return refuse(FailureKind::kUnreachable, "not a usable URL or header");
  }

  Call& call = IdleCall();
  call.number = ++last_number_;
  call.peer = std::move(peer);
  call.done = std::move(submission.done);
  call.transfer.Prepare(std::move(submission.request), std::move(url),
                        std::move(submission.options), *limit);
  Resolve(call);
  call.cancel.emplace(std::move(submission.cancel), PostCancel{this, {&call, call.number}});
}

void CurlLoop::Resolve(Call& call) {
  static const AddressBook::Addresses kNone;
  if (!call.peer->needs_look_up) return Run(call, kNone);
  const Clock::time_point now = Clock::now();
  const AddressBook::Addresses& addresses = book_.Find(call.peer->host, now);
  if (!addresses.list.empty()) return Run(call, addresses);
  call.phase = Phase::kResolving;
  resolving_.push_back(&call);
  timers_.Add({now + absl::ToChronoNanoseconds(call.transfer.MostToResolve()),
               [this, &call, number = call.number] { GiveUpResolving(call, number); }});
}

void CurlLoop::Handle(const Found& found) {
  const Clock::time_point now = Clock::now();
  book_.Take(found.host, found.addresses, now);
  std::vector<Call*> waiting;
  for (Call* call : resolving_) {
    if (call->peer->host == found.host) waiting.push_back(call);
  }
  for (Call* call : waiting) {
    if (call->phase != Phase::kResolving) continue;  // An answer before it ended it.
    EndAttempt(*call);
    if (found.addresses.ok()) {
      call->transfer.CutTimes();
      Run(*call, book_.Find(found.host, now));
    } else {
      Answer(*call, call->transfer.Unresolved(absl::StrCat("the name does not resolve: ",
                                                           found.addresses.status().message())));
    }
  }
}

void CurlLoop::GiveUpResolving(Call& call, uint64_t number) {
  if (call.phase != Phase::kResolving || call.number != number) return;
  EndAttempt(call);
  Answer(call, call.transfer.Unresolved("the look-up of the name took too long"));
}

void CurlLoop::Run(Call& call, const AddressBook::Addresses& addresses) {
  call.addresses = addresses.version;
  if (addresses.version > 0 && told_[call.peer->host_port] < addresses.version) {
    call.transfer.TellAddresses(absl::StrCat(call.peer->host_port, ":", addresses.list));
  }
  SetOption(call.transfer.easy(), CURLOPT_PRIVATE, &call);
  call.phase = Phase::kRunning;
  call.shard = &shards_.WithRoom();
  call.shard->Add(call.transfer.easy());
}

// Takes it from where its phase has it.
void CurlLoop::EndAttempt(Call& call) {
  if (call.phase == Phase::kRunning) call.shard->Remove(call.transfer.easy());
  if (call.phase == Phase::kResolving) {
    resolving_.erase(std::find(resolving_.begin(), resolving_.end(), &call));
  }
}

void CurlLoop::CancelCall(const Cancellation& cancellation) {
  Call& call = *cancellation.call;
  if (call.phase == Phase::kIdle || call.number != cancellation.number) return;  // It has ended.
  EndAttempt(call);
  Answer(call, call.transfer.Cancel());
}

void CurlLoop::RunDueShards() {
  const Clock::time_point now = Clock::now();
  for (const auto& shard : shards_) {
    if (shard->due() > now) continue;
    shard->ActOnTime();
    FinishCalls(*shard);
  }
}

CurlLoop::Call& CurlLoop::CallOf(CURL* easy) {
  void* self = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &self);
  return *static_cast<Call*>(self);
}

void CurlLoop::FinishCalls(CurlShard& shard) {
  for (CURL* easy : shard.only_reading()) CallOf(easy).transfer.OnlyReads();
  CurlShard::Finished finished;
  while (shard.Next(finished)) {
    Call& call = CallOf(finished.easy);
    EndAttempt(call);
    // libcurl reads what it is told when it begins.
    if (call.addresses > 0) {
      uint64_t& told = told_[call.peer->host_port];
      told = std::max(told, call.addresses);
    }
    Answer(call, call.transfer.Finish(finished.code));
  }
}

void CurlLoop::Answer(Call& call, HttpResult result) {
  call.cancel.reset();
  call.phase = Phase::kIdle;
  call.peer.reset();
  OnResponse done = std::move(call.done);
  idle_calls_.push_back(&call);
  std::move(done)(std::move(result));
}

void CurlLoop::EndAll() {
  for (const auto& call : calls_) {
    if (call->phase != Phase::kIdle) CancelCall({call.get(), call->number});
  }
  std::vector<Letter> letters;
  do {
    inbox_.Take(letters);
    for (Letter& letter : letters) {
      if (auto* submission = std::get_if<Submission>(&letter)) {
        std::move(submission->done)(NotSent(FailureKind::kCancelled, "the loop ends"));
      } else if (auto* timer = std::get_if<TimerQueue::Timer>(&letter)) {
        std::move(timer->task)();
      }
    }
    letters.clear();
    timers_.RunAll();
  } while (!inbox_.CloseIfEmpty());
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
