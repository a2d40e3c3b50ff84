// Time that passes when a test says so, and an upstream whose answers a test gives by hand.
#ifndef SERVER_UPSTREAM_TESTING_FAKE_TIME_H_
#define SERVER_UPSTREAM_TESTING_FAKE_TIME_H_

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "server/upstream/http.h"
#include "server/upstream/timing.h"

namespace kyc::upstream {

// For one thread.
class FakeTime {
 public:
  absl::Time now() const { return now_; }
  Now AsNow() {
    return [this] { return now_; };
  }
  After AsAfter() {
    return [this](absl::Duration delay, absl::AnyInvocable<void() &&> task) {
      tasks_.emplace(now_ + delay, std::move(task));
    };
  }
  size_t tasks() const { return tasks_.size(); }

  // Runs what becomes due, each task at its own time.
  void Pass(absl::Duration duration) {
    const absl::Time end = now_ + duration;
    while (!tasks_.empty() && tasks_.begin()->first <= end) {
      now_ = std::max(now_, tasks_.begin()->first);
      auto task = std::move(tasks_.begin()->second);
      tasks_.erase(tasks_.begin());
      std::move(task)();
    }
    now_ = end;
  }

 private:
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  std::multimap<absl::Time, absl::AnyInvocable<void() &&>> tasks_;
};

// Keeps the calls until the test answers them, oldest first. Hands back a request that it did not
// "send". For one thread.
class HandUpstream {
 public:
  SendHttp AsSend() {
    return [this](const CallContext&, HttpRequest request, OnResponse done) {
      ++calls_;
      bodies_.push_back(request.body.ToString());
      waiting_.push_back({std::move(request), std::move(done)});
    };
  }
  int calls() const { return calls_; }
  size_t waiting() const { return waiting_.size(); }
  const std::deque<std::string>& bodies() const { return bodies_; }

  void Answer(HttpResult result) { std::move(TakeFirst().done)(std::move(result)); }
  void Answer(int status) { Answer(HttpResponse{.status = status, .headers = {}, .body = {}}); }
  void Fail(FailureKind kind, bool sent) {
    Waiting first = TakeFirst();
    HttpFailure failure = {.kind = kind, .sent = sent, .attempts = 1, .cause = {}};
    if (!sent) failure.unsent = std::make_shared<HttpRequest>(std::move(first.request));
    std::move(first.done)(std::move(failure));
  }

 private:
  struct Waiting {
    HttpRequest request;
    OnResponse done;
  };
  Waiting TakeFirst() {
    Waiting first = std::move(waiting_.front());
    waiting_.pop_front();
    return first;
  }

  int calls_ = 0;
  std::deque<std::string> bodies_;
  std::deque<Waiting> waiting_;
};

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_TESTING_FAKE_TIME_H_
