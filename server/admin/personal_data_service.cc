#include "server/admin/personal_data_service.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/admin/quarantine_sweep.h"
#include "server/call/error.h"
#include "server/events/log_error.h"

namespace kyc::admin {
namespace {

using events::PersonalAct;
using Kind = events::PersonalAct::Kind;

constexpr size_t kMaxIdentifierBytes = 128;

absl::Status CheckMay(const CallContext& context) {
  if (context.allow_personal_data) return absl::OkStatus();
  Error error;
  error.code = absl::StatusCode::kPermissionDenied;
  error.reason = "CALLER_FORBIDDEN";
  error.message =
      "Erasing and restricting is for callers with allow_personal_data in their "
      "configuration";
  error.metadata = {{"outcome", std::string(OutcomeText(Outcome::kNotSent))}};
  return ToStatus(error);
}

absl::Status Validate(const char* field, const std::string& identifier,
                      const std::string& account) {
  std::vector<Violation> violations;
  if (identifier.empty() || identifier.size() > kMaxIdentifierBytes) {
    violations.push_back({field, "must be 1 to 128 bytes"});
  }
  if (account.size() > kMaxIdentifierBytes) {
    violations.push_back({"account", "must be at most 128 bytes"});
  }
  return InvalidRequest(std::move(violations));
}

absl::Status Check(const CallContext& context, const char* field, const std::string& identifier,
                   const std::string& account) {
  if (absl::Status may = CheckMay(context); !may.ok()) return may;
  return Validate(field, identifier, account);
}

// Only what was never begun has surely not been done.
absl::Status ActError(const absl::Status& failed) {
  if (absl::IsNotFound(failed) || absl::IsInvalidArgument(failed) ||
      absl::IsResourceExhausted(failed)) {
    return failed;
  }
  Error error;
  error.code = absl::StatusCode::kUnknown;
  error.reason = "LOG_OUTCOME_UNKNOWN";
  error.message = "The event log did not say whether it was done; repeat it";
  error.metadata = {{"outcome", std::string(OutcomeText(Outcome::kUnknown))}};
  return ToStatus(error);
}

// One after the other, as each waits for a commit. An entry that is gone meanwhile is as well.
void DiscardAll(events::Quarantine& quarantine, std::vector<int64_t> ids,
                absl::AnyInvocable<void(absl::Status) &&> done) {
  if (ids.empty()) return std::move(done)(absl::OkStatus());
  const int64_t id = ids.back();
  ids.pop_back();
  quarantine.Discard(id, [&quarantine, ids = std::move(ids),
                          done = std::move(done)](absl::Status discarded) mutable {
    if (!discarded.ok() && !absl::IsNotFound(discarded)) return std::move(done)(discarded);
    DiscardAll(quarantine, std::move(ids), std::move(done));
  });
}

}  // namespace

void PersonalDataService::Act(events::EventLog& event_log, PersonalAct act, Total so_far,
                              Done<Total> done) {
  PersonalAct step = act;
  event_log.Act(std::move(step), [&event_log, act = std::move(act), so_far, done = std::move(done)](
                                     absl::StatusOr<events::ActedOn> acted) mutable {
    // What a step before has erased is not found any more.
    const bool done_before = so_far.events + so_far.answers > 0;
    if (absl::IsNotFound(acted.status()) && done_before) acted = events::ActedOn();
    if (!acted.ok()) return std::move(done)(ActError(acted.status()));
    so_far.events += acted->events;
    so_far.answers += acted->answers;
    if (acted->more) return Act(event_log, std::move(act), so_far, std::move(done));
    std::move(done)(so_far);
  });
}

void PersonalDataService::Erase(const CallContext& context, events::Subject subject,
                                Done<Total> done) {
  const std::string text = subject.reference.empty() ? subject.cust_id : subject.reference;
  const std::string account = subject.account;
  auto and_quarantine = [&quarantine = quarantine_, run_blocking = run_blocking_, say = say_,
                         caller = context.caller, text, account,
                         done = std::move(done)](absl::StatusOr<Total> total) mutable {
    const bool nothing = absl::IsNotFound(total.status());
    if (!total.ok() && !nothing) return std::move(done)(total.status());
    const Total events = total.ok() ? *total : Total();
    (*run_blocking)(
        [&quarantine, say, caller, text, account, total, events, done = std::move(done)]() mutable {
          absl::StatusOr<std::vector<int64_t>> ids = EntriesWith(quarantine, text, account);
          if (!ids.ok()) return std::move(done)(events::LogError(ids.status()));
          if (ids->empty() && !total.ok()) return std::move(done)(total.status());
          const Total all{events.events, static_cast<int64_t>(ids->size()), events.answers};
          DiscardAll(quarantine, *std::move(ids),
                     [say, caller, all, done = std::move(done)](absl::Status discarded) mutable {
                       if (!discarded.ok()) return std::move(done)(ActError(discarded));
                       (*say)(absl::StrCat("personal data of ", all.events, " events, ",
                                           all.quarantined, " quarantined bodies and ", all.answers,
                                           " stored answers erased by ", caller));
                       std::move(done)(all);
                     });
        });
  };
  Act(event_log_, {Kind::kErase, std::move(subject), context.caller}, {},
      std::move(and_quarantine));
}

template <typename Response>
Done<PersonalDataService::Total> PersonalDataService::AnswerErased(Done<Response> done) {
  return [done = std::move(done)](absl::StatusOr<Total> total) mutable {
    if (!total.ok()) return std::move(done)(total.status());
    Response response;
    response.set_events(total->events);
    response.set_quarantined(total->quarantined);
    response.set_answers(total->answers);
    std::move(done)(std::move(response));
  };
}

void PersonalDataService::EraseReference(CallContext context, v1::EraseReferenceRequest request,
                                         Done<v1::EraseReferenceResponse> done) {
  const absl::Status may =
      Check(context, "original_reference_no", request.original_reference_no(), request.account());
  if (!may.ok()) return std::move(done)(may);
  Erase(context, {.reference = request.original_reference_no(), .account = request.account()},
        AnswerErased(std::move(done)));
}

void PersonalDataService::EraseCustomer(CallContext context, v1::EraseCustomerRequest request,
                                        Done<v1::EraseCustomerResponse> done) {
  const absl::Status may = Check(context, "cust_id", request.cust_id(), request.account());
  if (!may.ok()) return std::move(done)(may);
  Erase(context, {.cust_id = request.cust_id(), .account = request.account()},
        AnswerErased(std::move(done)));
}

void PersonalDataService::RestrictReference(CallContext context,
                                            v1::RestrictReferenceRequest request,
                                            Done<v1::RestrictReferenceResponse> done) {
  const absl::Status may =
      Check(context, "original_reference_no", request.original_reference_no(), request.account());
  if (!may.ok()) return std::move(done)(may);
  events::Subject subject{.reference = request.original_reference_no(),
                          .account = request.account()};
  Act(event_log_, {Kind::kRestrict, std::move(subject), context.caller}, {},
      [say = say_, caller = context.caller,
       done = std::move(done)](absl::StatusOr<Total> total) mutable {
        if (!total.ok()) return std::move(done)(total.status());
        (*say)(absl::StrCat("personal data of ", total->events, " events restricted by ", caller));
        v1::RestrictReferenceResponse response;
        response.set_events(total->events);
        std::move(done)(std::move(response));
      });
}

void PersonalDataService::LiftRestriction(CallContext context, v1::LiftRestrictionRequest request,
                                          Done<v1::LiftRestrictionResponse> done) {
  const absl::Status may =
      Check(context, "original_reference_no", request.original_reference_no(), request.account());
  if (!may.ok()) return std::move(done)(may);
  events::Subject subject{.reference = request.original_reference_no(),
                          .account = request.account()};
  Act(event_log_, {Kind::kLift, std::move(subject), context.caller}, {},
      [say = say_, caller = context.caller,
       done = std::move(done)](absl::StatusOr<Total> total) mutable {
        if (!total.ok()) return std::move(done)(total.status());
        (*say)(absl::StrCat("a restriction of ", total->events, " events lifted by ", caller));
        v1::LiftRestrictionResponse response;
        response.set_events(total->events);
        std::move(done)(std::move(response));
      });
}

}  // namespace kyc::admin
