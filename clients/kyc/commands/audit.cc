// audit: who has seen, and done what with, whose data.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "clients/kyc/cli/reach.h"
#include "clients/kyc/cli/rows.h"
#include "clients/kyc/commands/follow.h"
#include "clients/kyc/commands/makers.h"
#include "clients/kyc/commands/pages.h"
#include "google/protobuf/util/time_util.h"
#include "kyc/admin/v1/audit.grpc.pb.h"

namespace kyc::cli {
namespace {

namespace admin = ::kyc::admin::v1;
using Service = admin::AuditService;

std::string EventsText(const admin::AuditEntry& entry) {
  if (entry.first_sequence() == 0) return "";
  if (entry.first_sequence() == entry.last_sequence()) return absl::StrCat(entry.first_sequence());
  return absl::StrCat(entry.first_sequence(), "-", entry.last_sequence());
}

Row RowOf(const admin::AuditEntry& entry) {
  return {TimeText(entry.time()),
          Printable(entry.caller()),
          Printable(entry.act()),
          EventsText(entry),
          Printable(entry.outcome()),
          entry.purpose_gone() ? "(its key is gone)" : Printable(entry.purpose()),
          Printable(entry.source()),
          absl::StrCat(entry.times())};
}

class Audit final : public Command {
 public:
  void Declare(Options& options) override {
    options.Text("--reference", "R", reference_, "only who saw, or could see, its events");
    options.Text("--customer", "C", customer_, "the same of a custId; not with --reference");
    options.Text("--caller", "NAME", caller_, "only what this caller saw and did");
    options.Text("--since", "TIME", since_, "2026-11-28T06:00:00Z, or how long ago: 90m, 2h, 3d");
    options.Number("--limit", "N", limit_, 1, 100'000'000, "how many at most, newest first; all");
  }

  int Run(Session& session) override {
    if (!reference_.empty() && !customer_.empty()) {
      return Fail(session,
                  absl::InvalidArgumentError("--reference and --customer do not go together"));
    }
    admin::ListAuditEntriesRequest request;
    request.set_original_reference_no(reference_);
    request.set_cust_id(customer_);
    request.set_caller(caller_);
    if (!since_.empty()) {
      const absl::StatusOr<absl::Time> since = SinceOf(since_, absl::Now());
      if (!since.ok()) return Fail(session, since.status());
      *request.mutable_from_time() =
          google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(*since));
    }
    return List(session, std::move(request));
  }

 private:
  int List(Session& session, admin::ListAuditEntriesRequest request) {
    const auto reached = Reach(session);
    if (!reached.ok()) return Fail(session, reached.status());
    const auto stub = Service::NewStub(reached->gateway->channel());
    std::vector<Row> rows;
    const int ended = ReadPages(
        session, std::move(request), limit_,
        [&](const auto& page_request) {
          return CallOnce(session, *reached, *stub, &Service::Stub::ListAuditEntries, page_request,
                          Calls::kReads);
        },
        [&](const admin::ListAuditEntriesResponse& page) {
          return TellEntries(session, page.entries(), RowOf, rows);
        });
    if (ended != kDone) return ended;
    ShowRows(session, {"TIME", "CALLER", "ACT", "EVENTS", "OUTCOME", "PURPOSE", "SOURCE", "TIMES"},
             rows, "no such entry");
    return kDone;
  }

  std::string reference_, customer_, caller_, since_;
  int64_t limit_ = 100'000'000;
};

}  // namespace

std::unique_ptr<Command> MakeAudit() { return std::make_unique<Audit>(); }

}  // namespace kyc::cli
