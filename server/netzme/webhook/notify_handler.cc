#include "server/netzme/webhook/notify_handler.h"

#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "server/call/error.h"
#include "server/call/repeated_lines.h"
#include "server/call/steady_now.h"
#include "server/crypto/mac.h"
#include "server/http/not_let_in.h"
#include "server/json/value.h"
#include "server/netzme/webhook/content_type.h"
#include "server/netzme/webhook/notification.h"
#include "server/netzme/webhook/snap_answer.h"

namespace kyc::netzme {
namespace {

using Accounts = std::vector<NotifyAccount>;

// It takes an operator, or age, to make room in the quarantine.
constexpr int kRetryWhenFullSeconds = 60;

// Whose token a request carries.
struct Sender {
  std::string account;  // Empty: nobody's.
  int tokens = 0;       // One is right; others would be a matter of choice.
};

// Compares with every token, so that the time tells nothing about which one was nearly right.
Sender SenderOf(const Accounts& accounts, const http::HttpCall& call) {
  Sender sender;
  for (const auto& [name, token] : call.headers) {
    if (name != "x-callback-token") continue;
    ++sender.tokens;
    for (const NotifyAccount& account : accounts) {
      for (const Secret& secret : account.callback_tokens) {
        if (crypto::SecretEquals(secret, token) && !token.empty()) sender.account = account.name;
      }
    }
  }
  return sender;
}

// The status that refuses a request whatever its body says, or 0.
int RefusalOf(const http::HttpCall& head, const Sender& sender) {
  if (head.flaw != 0) return head.flaw;
  if (head.path != kNotifyPath) return 404;
  if (head.method != "POST") return 405;
  return sender.account.empty() || sender.tokens != 1 ? 401 : 0;
}

// What is wrong with the head of a request that RefusalOf refuses.
absl::string_view CauseOf(int status) {
  switch (status) {
    case 404:
      return "its path is not the webhook's";
    case 405:
      return "its method is not POST";
    case 401:
      return "it has more than one token";
    default:
      return "its request target or Host is not HTTP's";
  }
}

// What a line says of a body that nobody has read to its end.
constexpr char kUnread[] = ", body not read";

std::string Line(const SnapAnswer& answer) {
  return absl::StrCat(answer.code, " ", answer.message);
}

// What failed when the log or the quarantine did: its room, too many wait, the way to it, or the
// disk.
SnapAnswer AnswerOfFailure(const absl::Status& failure) {
  const std::string reason = ReasonOf(failure);
  if (reason == "QUARANTINE_FULL") {
    SnapAnswer answer = AnswerOfStatus(503);
    answer.retry_after_seconds = kRetryWhenFullSeconds;
    return answer;
  }
  if (absl::IsResourceExhausted(failure)) return AnswerOfStatus(429);
  return AnswerOfStatus(reason == "LOG_UNREACHABLE" ? 503 : 500);
}

// Shared by the steps of the handler and by the answers still to come.
class Webhook : public std::enable_shared_from_this<Webhook> {
 public:
  Webhook(NotifyOptions options, events::EventLog& event_log, events::Quarantine& quarantine,
          Metrics& metrics)
      : options_(std::move(options)),
        event_log_(event_log),
        quarantine_(quarantine),
        metrics_(metrics),
        lines_(options_.log),
        entrance_(options_.limits),
        not_let_in_("webhook", metrics, options_.log) {}

  absl::optional<http::HttpReply> CheckHead(http::HttpCall& head);
  void Handle(http::HttpCall call, http::OnReply on_reply);
  http::HttpReply Refuse(int status) const {
    return Answer(AnswerOfStatus(status), SteadyNow(), {});
  }
  void NotHandled(int status, const http::HttpCall& head);

 private:
  Sender SenderOf(const http::HttpCall& call) const {
    return netzme::SenderOf(*options_.accounts(), call);
  }
  // The status that refuses a request from its head on, or 0.
  int StatusOf(const http::HttpCall& head, const Sender& sender);
  // A request with a right token that its head refuses.
  void Refuse(http::HttpCall call, http::OnReply on_reply);
  void Append(::netzme::v1::UpgradeEvent event, absl::Time received, size_t bytes,
              http::OnReply on_reply);
  void Quarantine(http::HttpCall call, std::string account, SnapAnswer answer,
                  absl::string_view cause, http::OnReply on_reply);

  // `what` is all that a line says of it but the answer and the times.
  http::HttpReply Answer(const SnapAnswer& answer, absl::Time received,
                         AnsweredNotification what) const {
    what.took = SteadyNow() - received;
    metrics_.NotificationAnswered(answer.code, what.took);
    if (options_.on_answered != nullptr) {
      what.answered = absl::Now();
      what.code = answer.code;
      options_.on_answered(what);
    }
    return ToReply(answer);
  }
  void Log(absl::string_view account, absl::string_view answer, absl::string_view rest) {
    lines_.Say(absl::StrCat("notification of account ", account, " answered ", answer, rest));
  }

  const NotifyOptions options_;
  events::EventLog& event_log_;
  events::Quarantine& quarantine_;
  Metrics& metrics_;
  RepeatedLines lines_;
  // The listener's thread's.
  Entrance entrance_;
  http::NotLetIn not_let_in_;
};

absl::optional<http::HttpReply> Webhook::CheckHead(http::HttpCall& head) {
  const absl::string_view why = entrance_.FaultOfSource(head.from, head.received);
  if (!why.empty()) {
    not_let_in_.Note(why, head.from);
    return Answer(AnswerOfStatus(why == "source_network" ? 403 : 429), head.received, {});
  }
  const Sender sender = SenderOf(head);
  head.sender = sender.account;
  const int status = StatusOf(head, sender);
  if (status == 401 && sender.account.empty()) {
    not_let_in_.Note(sender.tokens == 0 ? "no_token" : "unknown_token", head.from);
  }
  if (status == 0) return absl::nullopt;
  const SnapAnswer answer = AnswerOfStatus(status);
  if (!sender.account.empty()) {
    // What is refused for good may never come again: its body is read, and kept before the answer.
    if (status != 503 && status != 429) {
      head.flaw = status;
      return absl::nullopt;
    }
    Log(sender.account, Line(answer), kUnread);
  }
  return Answer(answer, head.received, {.account = sender.account});
}

int Webhook::StatusOf(const http::HttpCall& head, const Sender& sender) {
  if (options_.draining->load()) return 503;
  if (!sender.account.empty()) {
    const absl::string_view why = entrance_.FaultOfAccount(sender.account, head.received);
    if (!why.empty()) {
      not_let_in_.Note(why, head.from);
      return 429;
    }
  }
  return RefusalOf(head, sender);
}

void Webhook::NotHandled(int status, const http::HttpCall& head) {
  const std::string account = head.sender.empty() ? SenderOf(head).account : head.sender;
  if (account.empty()) return;
  if (status == 0) {
    lines_.Say(absl::StrCat("notification of account ", account,
                            " not answered: its sender went away before it was whole"));
  } else if (status == 500) {
    Log(account, Line(AnswerOfStatus(status)), ": no reply came in time");
  } else {
    Log(account, Line(AnswerOfStatus(status)), kUnread);
  }
}

void Webhook::Handle(http::HttpCall call, http::OnReply on_reply) {
  // As its head was judged: a token that was withdrawn since then still counts.
  const std::string account = call.sender;
  if (call.flaw != 0) return Refuse(std::move(call), std::move(on_reply));
  const ContentType type = ContentTypeOf(call.headers);
  if (type == ContentType::kOther) {
    return Quarantine(std::move(call), account, AnswerOfStatus(400),
                      "the Content-Type does not mean JSON", std::move(on_reply));
  }
  json::Deviations deviations;
  if (type == ContentType::kMeansJson) deviations.push_back("content_type");
  auto read = ReadNotification(call.body, deviations);
  for (const std::string& deviation : deviations) metrics_.Deviation("netzme", deviation);
  if (auto* refusal = std::get_if<Refusal>(&read)) {
    return Quarantine(std::move(call), account,
                      {refusal->response_code, refusal->response_message, refusal->reference},
                      refusal->cause, std::move(on_reply));
  }
  auto& event = std::get<::netzme::v1::UpgradeEvent>(read);
  event.set_account(account);
  if (type == ContentType::kMeansJson) event.add_anomalies(::netzme::v1::ANOMALY_CONTENT_TYPE);
  Append(std::move(event), call.received, call.body.size(), std::move(on_reply));
}

void Webhook::Refuse(http::HttpCall call, http::OnReply on_reply) {
  SnapAnswer answer = AnswerOfStatus(call.flaw);
  const absl::string_view cause = CauseOf(call.flaw);
  std::string account = call.sender;
  if (!call.body.empty()) {
    return Quarantine(std::move(call), std::move(account), std::move(answer), cause,
                      std::move(on_reply));
  }
  Log(account, Line(answer), absl::StrCat(": ", cause, ", without a body"));
  std::move(on_reply)(Answer(answer, call.received, {.account = account}));
}

void Webhook::Append(::netzme::v1::UpgradeEvent event, absl::Time received, size_t bytes,
                     http::OnReply on_reply) {
  std::string reference = event.original_reference_no();
  std::string account = event.account();
  event_log_.Append(
      std::move(event),
      [self = shared_from_this(), received, bytes, reference = std::move(reference),
       account = std::move(account),
       on_reply = std::move(on_reply)](absl::StatusOr<events::Appended> appended) mutable {
        SnapAnswer answer;
        if (!appended.ok()) {
          answer = AnswerOfFailure(appended.status());
          self->Log(account, Line(answer), absl::StrCat(": ", appended.status().message()));
        }
        answer.reference = std::move(reference);
        const events::Appended what = appended.value_or(events::Appended());
        std::move(on_reply)(self->Answer(answer, received,
                                         {.account = account,
                                          .sequence = what.sequence,
                                          .repeat = what.repeat,
                                          .bytes = static_cast<int64_t>(bytes)}));
      });
}

void Webhook::Quarantine(http::HttpCall call, std::string account, SnapAnswer answer,
                         absl::string_view cause, http::OnReply on_reply) {
  const auto bytes = static_cast<int64_t>(call.body.size());
  std::string line = Line(answer);
  if (!cause.empty()) absl::StrAppend(&line, ": ", cause);
  quarantine_.Keep(
      {.owner = {.account = account}, .answer = line, .body = std::move(call.body)},
      [self = shared_from_this(), received = call.received, bytes, account,
       answer = std::move(answer), line,
       on_reply = std::move(on_reply)](absl::Status kept) mutable {
        // 400 tells the sender that it need not come again, so it is said of what is kept only.
        if (!kept.ok()) {
          const std::string reference = std::move(answer.reference);
          answer = AnswerOfFailure(kept);
          answer.reference = reference;
          line = absl::StrCat(Line(answer), " instead of ", line);
        }
        self->Log(account, line,
                  kept.ok() ? std::string(", body kept in quarantine")
                            : absl::StrCat(", body not kept: ", kept.message()));
        std::move(on_reply)(self->Answer(answer, received, {.account = account, .bytes = bytes}));
      });
}

}  // namespace

http::Handler NotifyHandler(NotifyOptions options, events::EventLog& event_log,
                            events::Quarantine& quarantine, Metrics& metrics) {
  auto webhook = std::make_shared<Webhook>(std::move(options), event_log, quarantine, metrics);
  http::Handler handler;
  handler.check_head = [webhook](http::HttpCall& head) { return webhook->CheckHead(head); };
  handler.judges_flaws = true;
  handler.handle = [webhook](http::HttpCall call, http::OnReply on_reply) {
    webhook->Handle(std::move(call), std::move(on_reply));
  };
  handler.refuse = [webhook](int status) { return webhook->Refuse(status); };
  handler.not_handled = [webhook](int status, const http::HttpCall& head) {
    webhook->NotHandled(status, head);
  };
  return handler;
}

}  // namespace kyc::netzme
