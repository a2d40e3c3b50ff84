// `upgrades list` and `upgrades get`.
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "clients/kyc/cli/reach.h"
#include "clients/kyc/cli/rows.h"
#include "clients/kyc/commands/event_text.h"
#include "clients/kyc/commands/follow.h"
#include "clients/kyc/commands/makers.h"
#include "clients/kyc/commands/pages.h"

namespace kyc::cli {
namespace {

namespace netzme = ::netzme::v1;

class UpgradesList final : public Command {
 public:
  void Declare(Options& options) override {
    options.Number("--limit", "N", limit_, 1, 1'000'000, "how many at most, newest first; 50");
    options.Texts("--filter", "FIELD=VALUE", filters_,
                  "status, reference, customer, type or account; repeats");
    options.Switch("--latest-only", latest_only_, "only the newest of each reference");
    options.Switch("--full", full_, "also what only allow_full_view may see");
    options.Choice("--format", format_, {"text", "json", "cloudevents"}, "a table, or lines");
  }

  int Run(Session& session) override {
    netzme::ListUpgradesRequest request;
    auto filter = FilterOf(filters_, {});
    if (!filter.ok()) return Fail(session, filter.status());
    *request.mutable_filter() = *std::move(filter);
    request.set_latest_only(latest_only_);
    request.set_view(full_ ? netzme::VIEW_FULL : netzme::VIEW_BASIC);
    const auto reached = Reach(session);
    if (!reached.ok()) return Fail(session, reached.status());
    const EventFormat format = EventFormatOf(format_, session.json);
    std::vector<Row> rows;
    const int ended = ReadPages(
        session, std::move(request), limit_,
        [&](const auto& page_request) { return reached->gateway->ListUpgrades(page_request); },
        [&](const netzme::ListUpgradesResponse& page) {
          for (const auto& event : page.events()) {
            if (format == EventFormat::kText) {
              rows.push_back(EventRow(event));
            } else {
              session.out << EventLine(event, format, session.colours) << "\n";
            }
          }
          return page.events_size();
        });
    if (ended != kDone) return ended;
    if (format == EventFormat::kText) ShowRows(session, EventHeader(), rows, "no such upgrade");
    return kDone;
  }

 private:
  int64_t limit_ = 50;
  std::vector<std::string> filters_;
  bool latest_only_ = false;
  bool full_ = false;
  std::string format_ = "text";
};

class UpgradesGet final : public Command {
 public:
  void Declare(Options& options) override {
    options.Word("REFERENCE", reference_, "whose newest event", Need::kRequired);
    options.Text("--account", "NAME", account_, "whose reference it is, where several have it");
    options.Switch("--full", full_, "also what only allow_full_view may see");
  }

  int Run(Session& session) override {
    netzme::GetUpgradeRequest request;
    request.set_original_reference_no(reference_);
    request.set_account(account_);
    request.set_view(full_ ? netzme::VIEW_FULL : netzme::VIEW_BASIC);
    const auto reached = Reach(session);
    if (!reached.ok()) return Fail(session, reached.status());
    const auto answer = reached->gateway->GetUpgrade(request);
    if (!answer.ok()) return Fail(session, answer.error());
    Show(session, *answer);
    return kDone;
  }

 private:
  std::string reference_, account_;
  bool full_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeUpgradesList() { return std::make_unique<UpgradesList>(); }
std::unique_ptr<Command> MakeUpgradesGet() { return std::make_unique<UpgradesGet>(); }

}  // namespace kyc::cli
