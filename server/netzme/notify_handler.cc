#include "server/netzme/notify_handler.h"

#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/types/optional.h"
#include "server/call/error.h"
#include "server/crypto/mac.h"
#include "server/json/value.h"
#include "server/netzme/notification.h"
#include "server/netzme/snap_answer.h"

namespace kyc::netzme {
namespace {

using Accounts = std::vector<NotifyAccount>;

// The one value of a header; nullopt if it is missing or there several times.
absl::optional<absl::string_view> OnlyHeader(const http::HttpCall& call, absl::string_view name) {
  absl::optional<absl::string_view> only;
  for (const auto& [key, value] : call.headers) {
    if (key != name) continue;
    if (only.has_value()) return absl::nullopt;
    only = value;
  }
  return only;
}

// The account whose token the request carries, or null. Compares with every token, so that the
// time tells nothing about which one was nearly right.
const NotifyAccount* AccountOf(const Accounts& accounts, const http::HttpCall& call) {
  const absl::string_view token = OnlyHeader(call, "x-callback-token").value_or("");
  const NotifyAccount* found = nullptr;
  for (const NotifyAccount& account : accounts) {
    for (const Secret& secret : account.callback_tokens) {
      if (crypto::SecretEquals(secret, token) && !token.empty()) found = &account;
    }
  }
  return found;
}

bool SaysJson(const http::HttpCall& call) {
  absl::string_view type = OnlyHeader(call, "content-type").value_or("");
  type = type.substr(0, type.find(';'));
  return absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(type), "application/json");
}

std::string Line(const SnapAnswer& answer) {
  return absl::StrCat(answer.code, " ", answer.message);
}

// What failed when the log or the quarantine did: too many wait, the way to it, or the disk.
int StatusOfFailure(const absl::Status& failure) {
  if (absl::IsResourceExhausted(failure)) return 429;
  return ReasonOf(failure) == "LOG_UNREACHABLE" ? 503 : 500;
}

// Shared by the steps of the handler and by the answers still to come.
class Webhook : public std::enable_shared_from_this<Webhook> {
 public:
  Webhook(NotifyOptions options, events::EventLog& event_log, events::Quarantine& quarantine,
          Metrics& metrics)
      : options_(std::move(options)),
        event_log_(event_log),
        quarantine_(quarantine),
        metrics_(metrics) {}

  absl::optional<http::HttpReply> CheckHead(const http::HttpCall& head) const;
  void Handle(http::HttpCall call, http::OnReply on_reply);
  http::HttpReply Refuse(int status) const { return Answer(AnswerOfStatus(status), absl::Now()); }

 private:
  void Append(::netzme::v1::UpgradeEvent event, absl::Time received, http::OnReply on_reply);
  void Quarantine(http::HttpCall call, std::string account, SnapAnswer answer,
                  absl::string_view cause, http::OnReply on_reply);

  http::HttpReply Answer(const SnapAnswer& answer, absl::Time received) const {
    metrics_.NotificationAnswered(answer.code, absl::Now() - received);
    return ToReply(answer);
  }
  void Log(absl::string_view account, absl::string_view answer, absl::string_view rest) const {
    if (options_.log == nullptr) return;
    options_.log(absl::StrCat("notification of account ", account, " answered ", answer, rest));
  }

  const NotifyOptions options_;
  events::EventLog& event_log_;
  events::Quarantine& quarantine_;
  Metrics& metrics_;
};

absl::optional<http::HttpReply> Webhook::CheckHead(const http::HttpCall& head) const {
  int status = 0;
  if (options_.draining->load()) {
    status = 503;
  } else if (head.path != kNotifyPath) {
    status = 404;
  } else if (head.method != "POST") {
    status = 405;
  } else if (AccountOf(*options_.accounts(), head) == nullptr) {
    status = 401;
  }
  if (status == 0) return absl::nullopt;
  return Answer(AnswerOfStatus(status), head.received);
}

void Webhook::Handle(http::HttpCall call, http::OnReply on_reply) {
  const std::shared_ptr<const Accounts> accounts = options_.accounts();
  const NotifyAccount* account = AccountOf(*accounts, call);
  if (account == nullptr) {  // The token was withdrawn since the head was checked.
    return std::move(on_reply)(Answer(AnswerOfStatus(401), call.received));
  }
  if (!SaysJson(call)) {
    return Quarantine(std::move(call), account->name, AnswerOfStatus(400),
                      "the Content-Type is not application/json", std::move(on_reply));
  }
  json::Deviations deviations;
  auto read = ReadNotification(call.body, deviations);
  for (const std::string& deviation : deviations) metrics_.Deviation("netzme", deviation);
  if (auto* refusal = std::get_if<Refusal>(&read)) {
    return Quarantine(std::move(call), account->name,
                      {refusal->response_code, refusal->response_message, refusal->reference},
                      refusal->cause, std::move(on_reply));
  }
  auto& event = std::get<::netzme::v1::UpgradeEvent>(read);
  event.set_account(account->name);
  Append(std::move(event), call.received, std::move(on_reply));
}

void Webhook::Append(::netzme::v1::UpgradeEvent event, absl::Time received,
                     http::OnReply on_reply) {
  std::string reference = event.original_reference_no();
  std::string account = event.account();
  event_log_.Append(
      std::move(event), [self = shared_from_this(), received, reference = std::move(reference),
                         account = std::move(account), on_reply = std::move(on_reply)](
                            absl::StatusOr<events::Appended> appended) mutable {
        SnapAnswer answer;
        if (!appended.ok()) {
          answer = AnswerOfStatus(StatusOfFailure(appended.status()));
          self->Log(account, Line(answer), absl::StrCat(": ", appended.status().message()));
        }
        answer.reference = std::move(reference);
        std::move(on_reply)(self->Answer(answer, received));
      });
}

void Webhook::Quarantine(http::HttpCall call, std::string account, SnapAnswer answer,
                         absl::string_view cause, http::OnReply on_reply) {
  std::string line = Line(answer);
  if (!cause.empty()) absl::StrAppend(&line, ": ", cause);
  quarantine_.Keep(
      std::move(call.body), line, account,
      [self = shared_from_this(), received = call.received, account, answer = std::move(answer),
       line, on_reply = std::move(on_reply)](absl::Status kept) mutable {
        // A full quarantine does not change that the body is wrong; a disk that fails, or a queue
        // that is full, may do better when the sender repeats.
        if (!kept.ok() && ReasonOf(kept) != "QUARANTINE_FULL") {
          const std::string reference = std::move(answer.reference);
          answer = AnswerOfStatus(StatusOfFailure(kept));
          answer.reference = reference;
          line = Line(answer);
        }
        self->Log(account, line,
                  kept.ok() ? std::string(", body kept in quarantine")
                            : absl::StrCat(", body not kept: ", kept.message()));
        std::move(on_reply)(self->Answer(answer, received));
      });
}

}  // namespace

http::Handler NotifyHandler(NotifyOptions options, events::EventLog& event_log,
                            events::Quarantine& quarantine, Metrics& metrics) {
  auto webhook = std::make_shared<Webhook>(std::move(options), event_log, quarantine, metrics);
  http::Handler handler;
  handler.check_head = [webhook](const http::HttpCall& head) { return webhook->CheckHead(head); };
  handler.handle = [webhook](http::HttpCall call, http::OnReply on_reply) {
    webhook->Handle(std::move(call), std::move(on_reply));
  };
  handler.refuse = [webhook](int status) { return webhook->Refuse(status); };
  return handler;
}

}  // namespace kyc::netzme
