// quarantine list, show, redrive, discard.
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "clients/kyc/cli/reach.h"
#include "clients/kyc/cli/rows.h"
#include "clients/kyc/commands/files.h"
#include "clients/kyc/commands/makers.h"
#include "clients/kyc/commands/pages.h"
#include "kyc/admin/v1/quarantine.grpc.pb.h"

namespace kyc::cli {
namespace {

namespace admin = ::kyc::admin::v1;
using Service = admin::QuarantineService;

class List final : public Command {
 public:
  void Declare(Options& options) override {
    options.Number("--limit", "N", limit_, 1, 1'000'000, "how many at most, oldest first; 50");
    options.Choice("--kind", kind_, {"all", "notification", "reply"},
                   "what came by the webhook, or upstreams' replies; all");
  }

  int Run(Session& session) override {
    const auto reached = Reach(session);
    if (!reached.ok()) return Fail(session, reached.status());
    const auto stub = Service::NewStub(reached->gateway->channel());
    admin::ListQuarantinedRequest request;
    if (kind_ == "notification") request.set_kind(admin::QUARANTINED_KIND_NOTIFICATION);
    if (kind_ == "reply") request.set_kind(admin::QUARANTINED_KIND_REPLY);
    std::vector<Row> rows;
    const int ended = ReadPages(
        session, std::move(request), limit_,
        [&](const auto& page_request) {
          return CallOnce(session, *reached, *stub, &Service::Stub::ListQuarantined, page_request,
                          Calls::kReads);
        },
        [&](const admin::ListQuarantinedResponse& page) {
          return TellEntries(session, page.entries(), RowOf, rows);
        });
    if (ended != kDone) return ended;
    ShowRows(session, {"ID", "RECEIVED", "KIND", "TIMES", "BYTES", "ACCOUNT", "ANSWER"}, rows,
             "nothing in quarantine");
    return kDone;
  }

 private:
  static Row RowOf(const admin::QuarantinedNotification& entry) {
    const bool reply = entry.kind() == admin::QUARANTINED_KIND_REPLY;
    return {absl::StrCat(entry.id()),
            TimeText(entry.received_time()),
            reply ? Printable(entry.source()) : "notification",
            absl::StrCat(entry.times_received()),
            absl::StrCat(entry.size_bytes()),
            Printable(entry.account()),
            Printable(entry.answer())};
  }

  int64_t limit_ = 50;
  std::string kind_ = "all";
};

// What is done with one entry.
class OfEntry : public Command {
 public:
  void Declare(Options& options) override {
    options.Word("ID", id_, "of the entry: kyc quarantine list", Need::kRequired);
  }

  int Run(Session& session) final {
    int64_t id = 0;
    if (absl::SimpleAtoi(id_, &id) && id > 0) return Do(session, id);
    return Fail(session, absl::InvalidArgumentError("an ID is a number"));
  }

 protected:
  virtual int Do(Session& session, int64_t id) = 0;

 private:
  std::string id_;
};

class ShowEntry final : public OfEntry {
 public:
  void Declare(Options& options) override {
    OfEntry::Declare(options);
    options.Switch("--full", full_, "the body as it came, for whom that is allowed");
  }

 protected:
  int Do(Session& session, int64_t id) override {
    admin::GetQuarantinedRequest request;
    request.set_id(id);
    request.set_view(full_ ? ::netzme::v1::VIEW_FULL : ::netzme::v1::VIEW_BASIC);
    return AskAndShow<Service>(session, &Service::Stub::GetQuarantined, request, Calls::kReads);
  }

 private:
  bool full_ = false;
};

class Redrive final : public OfEntry {
 public:
  void Declare(Options& options) override {
    OfEntry::Declare(options);
    options.Text("--corrected", "FILE", corrected_, "what to read in the body's place");
  }

 protected:
  int Do(Session& session, int64_t id) override {
    admin::RedriveQuarantinedRequest request;
    request.set_id(id);
    const absl::Status read = ReadIfNamed(corrected_, session.in, [&request](std::string body) {
      request.set_corrected_body(std::move(body));
    });
    if (!read.ok()) return Fail(session, read);
    // Its repeats append nothing.
    return AskAndShow<Service>(session, &Service::Stub::RedriveQuarantined, request, Calls::kReads);
  }

 private:
  std::string corrected_;
};

class Discard final : public OfEntry {
 protected:
  int Do(Session& session, int64_t id) override {
    admin::DiscardQuarantinedRequest request;
    request.set_id(id);
    return AskAndShow<Service>(session, &Service::Stub::DiscardQuarantined, request,
                               Calls::kChanges);
  }
};

}  // namespace

std::unique_ptr<Command> MakeQuarantineList() { return std::make_unique<List>(); }
std::unique_ptr<Command> MakeQuarantineShow() { return std::make_unique<ShowEntry>(); }
std::unique_ptr<Command> MakeQuarantineRedrive() { return std::make_unique<Redrive>(); }
std::unique_ptr<Command> MakeQuarantineDiscard() { return std::make_unique<Discard>(); }

}  // namespace kyc::cli
