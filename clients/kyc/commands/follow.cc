#include "clients/kyc/commands/follow.h"

#include <memory>
#include <ostream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "clients/cpp/watch.h"
#include "clients/kyc/brief_text.h"
#include "clients/kyc/cli/reach.h"
#include "clients/kyc/cli/table.h"

namespace kyc::cli {
namespace {

namespace netzme = ::netzme::v1;
using kyc_gateway::Error;
using kyc_gateway::WatchState;

absl::Status AddFilter(const std::string& text, netzme::UpgradeFilter& filter) {
  const size_t equals = text.find('=');
  const std::string field = text.substr(0, equals);
  const std::string value = equals == std::string::npos ? "" : text.substr(equals + 1);
  if (field == "status" && !value.empty()) {
    netzme::UpgradeStatus status;
    const std::string name = absl::StrCat("UPGRADE_STATUS_", absl::AsciiStrToUpper(value));
    if (!netzme::UpgradeStatus_Parse(name, &status)) {
      return absl::InvalidArgumentError("a status is approved, rejected or other");
    }
    filter.add_statuses(status);
  } else if (field == "reference" && !value.empty()) {
    filter.add_original_reference_nos(value);
  } else if (field == "customer" && !value.empty()) {
    filter.add_cust_ids(value);
  } else if (field == "type" && !value.empty()) {
    filter.add_types(value);
  } else if (field == "account" && !value.empty()) {
    filter.add_accounts(value);
  } else {
    return absl::InvalidArgumentError(
        "--filter wants FIELD=VALUE, the field being status, reference, customer, type or account");
  }
  return absl::OkStatus();
}

absl::StatusOr<kyc_gateway::WatchOptions> WatchOptionsOf(const Place& place) {
  kyc_gateway::WatchOptions options;
  auto filter = FilterOf(place.filters, place.references);
  if (!filter.ok()) return filter.status();
  options.filter = *std::move(filter);
  options.start = place.from == "earliest" ? netzme::FROM_EARLIEST : netzme::FROM_LATEST;
  options.view = place.full ? netzme::VIEW_FULL : netzme::VIEW_BASIC;
  if (!place.since.empty()) {
    const absl::StatusOr<absl::Time> since = SinceOf(place.since, absl::Now());
    if (!since.ok()) return since.status();
    options.since = *since;
  }
  return options;
}

// Of the store, where the error is nobody's but this machine's.
int FailWatch(Session& session, const Place& place, const Error& error) {
  if (error.code == grpc::StatusCode::UNKNOWN && error.domain.empty()) {
    return Fail(session, absl::DataLossError(error.message));
  }
  const int exit = Fail(session, error);
  const auto oldest = error.metadata.find("oldestCursor");
  if (oldest != error.metadata.end() && !place.cursor_file.empty() && !session.json) {
    session.err << "  to go on         with all that is left, put this into " << place.cursor_file
                << ": " << Printable(oldest->second) << "\n";
  }
  return exit;
}

}  // namespace

void Place::Declare(Options& options) {
  options.Text("--cursor-file", "FILE", cursor_file, "keeps the place in the log over restarts");
  options.Choice("--from", from, {"latest", "earliest"}, "where to begin without a cursor; latest");
  options.Text("--since", "TIME", since,
               "where to begin without a cursor: 2026-11-28T06:00:00Z, or 90m, 2h, 3d ago");
  options.Texts("--filter", "FIELD=VALUE", filters,
                "status, reference, customer, type or account; repeats: values of one field are "
                "alternatives");
  options.Texts("--reference", "REFERENCE", references, "as --filter reference=REFERENCE");
  options.Switch("--full", full, "also what only allow_full_view may see");
}

absl::StatusOr<netzme::UpgradeFilter> FilterOf(const std::vector<std::string>& filters,
                                               const std::vector<std::string>& references) {
  netzme::UpgradeFilter filter;
  for (const std::string& text : filters) {
    if (absl::Status added = AddFilter(text, filter); !added.ok()) return added;
  }
  for (const std::string& reference : references) filter.add_original_reference_nos(reference);
  return filter;
}

absl::StatusOr<absl::Time> SinceOf(absl::string_view text, absl::Time now) {
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, &error)) return time;
  int64_t count = 0;
  const char unit = text.empty() ? ' ' : text.back();
  const absl::Duration each = unit == 's'   ? absl::Seconds(1)
                              : unit == 'm' ? absl::Minutes(1)
                              : unit == 'h' ? absl::Hours(1)
                              : unit == 'd' ? absl::Hours(24)
                                            : absl::ZeroDuration();
  if (each == absl::ZeroDuration() || !absl::SimpleAtoi(text.substr(0, text.size() - 1), &count) ||
      count < 0) {
    return absl::InvalidArgumentError(
        "--since wants a time like 2026-11-28T06:00:00Z, or how long ago, like 90m, 2h or 3d");
  }
  return now - count * each;
}

int Follow(Session& session, const Place& place,
           absl::FunctionRef<absl::Status(const netzme::Events&)> take) {
  auto options = WatchOptionsOf(place);
  if (!options.ok()) return Fail(session, options.status());
  auto target = TargetOf(session);
  if (!target.ok()) return Fail(session, target.status());
  kyc_gateway::CursorFile file(place.cursor_file);
  kyc_gateway::CursorInMemory memory;
  kyc_gateway::CursorStore& store =
      place.cursor_file.empty() ? static_cast<kyc_gateway::CursorStore&>(memory) : file;
  kyc_gateway::Watch* watching = nullptr;
  options->on_state = [&](WatchState state, const Error* error) {
    if (state == WatchState::kWaiting && error != nullptr) {
      session.err << "kyc: the stream ended (" << Printable(client::BriefText(error->message))
                  << "), reopening it" << std::endl;
    }
    if (state == WatchState::kLive && place.until_caught_up) watching->Stop();
  };
  kyc_gateway::Watch watch(*std::move(target), store, *std::move(options));
  watching = &watch;
  while (const auto batch = watch.Next()) {
    if (const absl::Status taken = take(batch->events); !taken.ok()) return Fail(session, taken);
    watch.Confirm(*batch);
  }
  return watch.error().has_value() ? FailWatch(session, place, *watch.error()) : kDone;
}

}  // namespace kyc::cli
