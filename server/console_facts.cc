#include "server/console_facts.h"

#include <map>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "server/json/body.h"

namespace kyc {
namespace {

// How often the store is asked for what was used, and for how many callers' rows.
constexpr absl::Duration kBetweenReads = absl::Seconds(5);
constexpr int kMostRows = 1000;

std::string JsonOf(const std::vector<netzme::Standing>& standings) {
  return absl::StrCat("[",
                      absl::StrJoin(standings, ",",
                                    [](std::string* to, const netzme::Standing& standing) {
                                      json::ObjectWriter row;
                                      row.String("caller", standing.caller);
                                      row.Integer("streams", standing.streams);
                                      row.Integer("behind", standing.behind);
                                      row.Integer("furthest", standing.furthest);
                                      *to += std::move(row).Finish().ToString();
                                    }),
                      "]");
}

std::string JsonOf(const events::EventLog* log) {
  if (log == nullptr) return "null";
  const events::Ends ends = log->ends();
  json::ObjectWriter told;
  told.Integer("events", ends.newest.sequence - ends.oldest.sequence);
  told.Integer("oldest", ends.oldest.sequence + 1);
  return std::move(told).Finish().ToString();
}

const char* NameOf(events::Billing billing) {
  switch (billing) {
    case events::Billing::kSurelyNotBilled:
      return "not_billed";
    case events::Billing::kMayBeBilled:
      return "may_be_billed";
    case events::Billing::kAnswered:
      break;
  }
  return "answered";
}

std::string JsonOf(int64_t day, const std::vector<events::UsageCount>& counts) {
  std::map<std::string, std::map<std::string, int64_t>> callers;
  for (const events::UsageCount& count : counts) {
    callers[count.key.caller][NameOf(count.key.billing)] += count.calls;
  }
  std::vector<std::string> rows;
  for (auto& [caller, calls] : callers) {
    json::ObjectWriter row;
    row.String("caller", caller);
    for (const char* name : {"answered", "may_be_billed", "not_billed"}) {
      row.Integer(name, calls[name]);
    }
    rows.push_back(std::move(row).Finish().ToString());
  }
  return absl::StrCat("{\"date\":\"", usage::DayText(day), "\",\"rows\":[",
                      absl::StrJoin(rows, ","), "]}");
}

std::string ReadUsage(const events::Usage& usage, int64_t day) {
  events::UsageQuery query;
  query.first_day = query.last_day = day;
  query.by_caller = query.by_billing = true;
  query.limit = kMostRows;
  const absl::StatusOr<std::vector<events::UsageCount>> counts = usage.ListUsage(query);
  return counts.ok() ? JsonOf(day, *counts) : "null";
}

}  // namespace

ConsoleFacts::ConsoleFacts(Sources sources, usage::Days days)
    : sources_(std::move(sources)), days_(std::move(days)) {}

std::string ConsoleFacts::Json() {
  if (sources_.watchers != nullptr) {
    sources_.watchers([known = known_](const std::vector<netzme::Standing>& standings) {
      std::string json = JsonOf(standings);
      const std::lock_guard lock(known->mutex);
      known->watchers = std::move(json);
    });
  }
  if (sources_.usage != nullptr) AskUsage();
  const std::lock_guard lock(known_->mutex);
  return absl::StrCat("{\"watchers\":", known_->watchers, ",\"log\":", JsonOf(sources_.log),
                      ",\"usage\":", known_->usage, "}");
}

void ConsoleFacts::AskUsage() {
  {
    const std::lock_guard lock(known_->mutex);
    if (known_->reading || SteadyNow() < known_->read + kBetweenReads) return;
    known_->reading = true;
  }
  reader_.Post([this] {
    std::string usage = ReadUsage(*sources_.usage, days_.Of(absl::Now()));
    const std::lock_guard lock(known_->mutex);
    known_->usage = std::move(usage);
    known_->reading = false;
    known_->read = SteadyNow();
  });
}

}  // namespace kyc
