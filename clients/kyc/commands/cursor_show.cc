// What a cursor is worth: a cursor says nothing by itself, so the gateway is asked.
#include <sys/stat.h>

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "clients/kyc/cli/reach.h"
#include "clients/kyc/cli/table.h"
#include "clients/kyc/commands/makers.h"
#include "clients/kyc/cursor_file.h"
#include "clients/kyc/json_text.h"

namespace kyc::cli {
namespace {

namespace netzme = ::netzme::v1;
using Pairs = std::vector<std::pair<std::string, std::string>>;

class CursorShow final : public Command {
 public:
  void Declare(Options& options) override {
    options.Word("FILE", path_, "a cursor's file, or the cursor itself", Need::kRequired);
  }

  int Run(Session& session) override {
    Pairs pairs;
    const absl::StatusOr<std::string> cursor = Read(pairs);
    if (!cursor.ok()) return Fail(session, cursor.status());
    const auto reached = Reach(session);
    if (!reached.ok()) return Fail(session, reached.status());
    const auto next = Next(session, *reached, *cursor, pairs);
    if (!next.ok()) return Fail(session, next.error());
    const auto newest = reached->gateway->ListUpgrades(OneEvent());
    if (!newest.ok()) return Fail(session, newest.error());
    if (!newest->events().empty()) {
      pairs.emplace_back("newestEvent", absl::StrCat(newest->events(0).sequence()));
    }
    Print(session, pairs);
    return kDone;
  }

 private:
  static netzme::ListUpgradesRequest OneEvent() {
    netzme::ListUpgradesRequest request;
    request.set_page_size(1);
    return request;
  }

  absl::StatusOr<std::string> Read(Pairs& pairs) const {
    struct stat found;
    if (stat(path_.c_str(), &found) != 0) return path_;
    const absl::Duration age = absl::Now() - absl::FromTimeT(found.st_mtime);
    pairs.emplace_back("file", Printable(path_));
    pairs.emplace_back("savedAgo", absl::FormatDuration(absl::Trunc(age, absl::Seconds(1))));
    return client::ReadCursor(path_);
  }

  // The first event behind the cursor, if there is one.
  kyc_gateway::Answer<bool> Next(const Session& session, const Reached& reached,
                                 const std::string& cursor, Pairs& pairs) {
    netzme::WatchUpgradesRequest request;
    request.set_cursor(cursor);
    request.set_stop_when_caught_up(true);
    request.set_max_events(1);
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + TimeoutOf(session)));
    reached.target.Authorize(context);
    const auto stub = netzme::UpgradeNotificationService::NewStub(reached.gateway->channel());
    const auto reader = stub->WatchUpgrades(&context, request);
    std::string next = "none: it is at the log's end";
    for (netzme::WatchUpgradesResponse message; reader->Read(&message);) {
      if (message.events().events().empty()) continue;
      const netzme::UpgradeEvent& event = message.events().events(0);
      next = absl::StrCat(event.sequence(), ", received ", TimeText(event.received_time()));
    }
    const grpc::Status end = reader->Finish();
    if (!end.ok()) return kyc_gateway::ErrorOf(end, /*only_reads=*/true);
    pairs.emplace_back("cursor", "good");
    pairs.emplace_back("nextEvent", next);
    return true;
  }

  static void Print(Session& session, const Pairs& pairs) {
    if (!session.json) {
      session.out << PairsText(pairs);
      return;
    }
    const char* separator = "{";
    for (const auto& [name, value] : pairs) {
      session.out << std::exchange(separator, ",") << client::QuoteJson(name) << ":"
                  << client::QuoteJson(value);
    }
    session.out << "}\n";
  }

  std::string path_;
};

}  // namespace

std::unique_ptr<Command> MakeCursorShow() { return std::make_unique<CursorShow>(); }

}  // namespace kyc::cli
