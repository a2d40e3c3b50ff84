#include "server/upstream/chain.h"

#include <memory>
#include <utility>
#include <variant>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "server/call/steady_now.h"
#include "server/upstream/breaker.h"
#include "server/upstream/retry.h"
#include "server/upstream/slots.h"
#include "server/upstream/timing.h"

namespace kyc::upstream {
namespace {

// What the log says of an attempt is known by then.
struct Attempt {
  std::string request_id = {};
  std::string caller = {};
  absl::Time arrived = {};
  absl::Time began = SteadyNow();
  int64_t request_bytes = 0;
  Span span = {};
};

// What may tell the upstream of which call it is.
struct CallHeaders {
  std::string request_id;  // The header's name; empty: it is not sent.
  bool traceparent = false;

  // A second attempt may have the headers of the first.
  void AddTo(HttpRequest& request, const CallContext& context, const Span& span) const {
    if (!request_id.empty()) Set(request.headers, request_id, context.request_id);
    if (!traceparent || !span.context.valid()) return;
    Set(request.headers, "traceparent", WriteTraceparent(span.context));
  }

  static void Set(Headers& headers, const std::string& name, std::string value) {
    for (auto& [there, old] : headers) {
      if (there == name) return void(old = std::move(value));
    }
    headers.emplace_back(name, std::move(value));
  }
};

// Of whom the metrics and the log speak.
struct Labels {
  std::string upstream;
  std::string account;
  Metrics* metrics;
  OnAttempt on_attempt;
  CallHeaders headers;

  Attempt Begun(const CallContext& context, const HttpRequest& request) const {
    if (on_attempt == nullptr) return {.span = context.span};
    return {.request_id = context.request_id,
            .caller = context.caller,
            .arrived = context.arrived,
            .request_bytes = static_cast<int64_t>(request.body.size()),
            .span = StartChild(context.span)};
  }
  void Ended(Attempt attempt, const HttpResult& result) const {
    const absl::Duration took = SteadyNow() - attempt.began;
    const auto* response = std::get_if<HttpResponse>(&result);
    const auto* failure = std::get_if<HttpFailure>(&result);
    if (failure != nullptr && failure->attempts == 0) return;  // None was made.
    std::string how = response != nullptr ? absl::StrCat(response->status)
                                          : std::string(FailureName(failure->kind));
    metrics->AttemptEnded(upstream, account, how, took);
    if (on_attempt == nullptr) return;
    on_attempt(
        {.ended = absl::Now(),
         .request_id = std::move(attempt.request_id),
         .caller = std::move(attempt.caller),
         .upstream = upstream,
         .account = account,
         .result = std::move(how),
         .waited = attempt.began - attempt.arrived,
         .took = took,
         .request_bytes = attempt.request_bytes,
         .reply_bytes = response == nullptr ? 0 : static_cast<int64_t>(response->body.size()),
         .span = attempt.span});
  }
};
using LabelsPtr = std::shared_ptr<const Labels>;

SendHttp Measured(SendHttp next, LabelsPtr labels) {
  return [next = std::move(next), labels](const CallContext& context, HttpRequest request,
                                          OnResponse done) {
    Attempt attempt = labels->Begun(context, request);
    labels->headers.AddTo(request, context, attempt.span);
    next(context, std::move(request),
         [labels, attempt = std::move(attempt), done = std::move(done)](HttpResult result) mutable {
           labels->Ended(std::move(attempt), result);
           std::move(done)(std::move(result));
         });
  };
}

SendHttp Believe503(SendHttp next) {
  return
      [next = std::move(next)](const CallContext& context, HttpRequest request, OnResponse done) {
        next(context, std::move(request), [done = std::move(done)](HttpResult result) mutable {
          auto* response = std::get_if<HttpResponse>(&result);
          if (response != nullptr && response->status == 503) response->surely_unprocessed = true;
          std::move(done)(std::move(result));
        });
      };
}

Random UniformRandom() {
  return [generator = std::make_shared<absl::InsecureBitGen>()] {
    return absl::Uniform(*generator, 0.0, 1.0);
  };
}

}  // namespace

SendHttp MakeChain(CurlLoop& loop, const config::Upstream& settings, std::string upstream,
                   std::string account, Metrics* metrics, OnAttempt on_attempt) {
  const auto labels = std::make_shared<const Labels>(
      Labels{std::move(upstream),
             std::move(account),
             metrics,
             std::move(on_attempt),
             {.request_id = settings.request_id_header, .traceparent = settings.send_traceparent}});
  const After after = [&loop](absl::Duration delay, absl::AnyInvocable<void() &&> task) {
    loop.After(delay, std::move(task));
  };
  const Now now = SteadyNow;

  SendHttp send = loop.Sender({.attempt_timeout = settings.attempt_timeout,
                               .connect_timeout = settings.connect_timeout,
                               .idle_connection_age = settings.idle_connection_age,
                               .connection_age = settings.connection_age,
                               .max_reply_bytes = settings.max_reply_bytes,
                               .ca_file = settings.ca_file,
                               .proxy = settings.proxy});
  if (settings.believe_every_503) send = Believe503(std::move(send));
  send = Measured(std::move(send), labels);
  send = Retry(std::move(send), RetryOptions(), after, now, UniformRandom(),
               [labels] { labels->metrics->Retried(labels->upstream, labels->account); });
  send = LimitSlots(std::move(send),
                    {.slots = settings.slots,
                     .max_waiting = settings.max_waiting,
                     .slot_wait = settings.slot_wait},
                    after, now, [labels](int64_t used, int64_t waiting) {
                      labels->metrics->Slots(labels->upstream, labels->account, used, waiting);
                    });
  const auto tell_state = [labels](absl::string_view state) {
    labels->metrics->BreakerChanged(labels->upstream, labels->account, state);
  };
  if (!settings.breaker.disabled) tell_state("closed");  // Else nobody sees it before it opens.
  return WithBreaker(std::move(send), settings.breaker, now, tell_state);
}

}  // namespace kyc::upstream
