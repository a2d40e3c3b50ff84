// kyc.admin.v1.PersonalDataService over the event log and the quarantine.
#ifndef SERVER_ADMIN_PERSONAL_DATA_SERVICE_H_
#define SERVER_ADMIN_PERSONAL_DATA_SERVICE_H_

#include <functional>
#include <memory>
#include <utility>

#include "absl/strings/string_view.h"
#include "kyc/admin/v1/personal_data.pb.h"
#include "server/call/call_context.h"
#include "server/call/run_blocking.h"
#include "server/events/event_log.h"
#include "server/events/quarantine.h"

namespace kyc::admin {

// Thread-safe. For callers with allow_personal_data only, others get PERMISSION_DENIED
// CALLER_FORBIDDEN. Errors: the proto's. Answers come at once, on a thread of the pool, or on the
// log's writer.
class PersonalDataService {
 public:
  // Takes a line about who did what to how much, without anybody's data. Thread-safe.
  using Say = std::function<void(absl::string_view line)>;

  // `event_log` and `quarantine` outlive the service and the last job of the pool.
  PersonalDataService(events::EventLog& event_log, events::Quarantine& quarantine,
                      RunBlocking run_blocking, Say say)
      : event_log_(event_log),
        quarantine_(quarantine),
        run_blocking_(std::make_shared<const RunBlocking>(std::move(run_blocking))),
        say_(std::make_shared<const Say>(std::move(say))) {}

  void EraseReference(CallContext context, v1::EraseReferenceRequest request,
                      Done<v1::EraseReferenceResponse> done);
  void EraseCustomer(CallContext context, v1::EraseCustomerRequest request,
                     Done<v1::EraseCustomerResponse> done);
  void RestrictReference(CallContext context, v1::RestrictReferenceRequest request,
                         Done<v1::RestrictReferenceResponse> done);
  void LiftRestriction(CallContext context, v1::LiftRestrictionRequest request,
                       Done<v1::LiftRestrictionResponse> done);

 private:
  // How much was changed.
  struct Total {
    int64_t events = 0;
    int64_t quarantined = 0;
    int64_t answers = 0;
  };
  // `done`, with the total as its response.
  template <typename Response>
  static Done<Total> AnswerErased(Done<Response> done);
  // Asks the log until there is no more.
  static void Act(events::EventLog& event_log, events::PersonalAct act, Total so_far,
                  Done<Total> done);
  void Erase(const CallContext& context, events::Subject subject, Done<Total> done);

  events::EventLog& event_log_;
  events::Quarantine& quarantine_;
  // Answers may come when the service is gone.
  const std::shared_ptr<const RunBlocking> run_blocking_;
  const std::shared_ptr<const Say> say_;
};

}  // namespace kyc::admin

#endif  // SERVER_ADMIN_PERSONAL_DATA_SERVICE_H_
