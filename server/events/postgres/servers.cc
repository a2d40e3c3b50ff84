#include "server/events/postgres/servers.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/events/postgres/await.h"

namespace kyc::events::postgres {
namespace {

using Clock = std::chrono::steady_clock;

// The timeline is asked of the write-ahead log: that of pg_control is the last checkpoint's. The
// function fails on a standby.
constexpr char kWhoAreYou[] =
    "SELECT pg_is_in_recovery(), system_identifier, CASE WHEN pg_is_in_recovery() THEN 0 ELSE "
    "('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END, "
    "pg_backend_pid() "
    "FROM pg_control_system()";

Seen SeenIn(const std::vector<Rows>& answers, int greeted_by) {
  if (answers.empty() || answers.back().size() == 0) return Seen();
  const Rows& rows = answers.back();
  return {.read_write = rows.Integer(0, 0) == 0,
          .timeline = rows.Integer(0, 2),
          .system_identifier = rows.Integer(0, 1),
          .pooled = rows.Integer(0, 3) != greeted_by};
}

// One host on its way.
struct Candidate {
  std::unique_ptr<Connection> connection;
  bool asked = false;
  bool done = false;
  absl::optional<Seen> seen;
  absl::Status failure;
};

// Moves it on as far as it goes now.
void Advance(Candidate& candidate, const Trip& questions, bool has_timelines) {
  while (!candidate.done) {
    const Connection::State state = candidate.connection->Advance();
    if (state == Connection::State::kWaits) return;
    if (state == Connection::State::kReady && !candidate.asked) {
      candidate.asked = true;
      candidate.connection->Begin(questions);
      continue;
    }
    const absl::StatusOr<std::vector<Rows>> answers = candidate.connection->Take();
    candidate.done = true;
    candidate.failure = answers.status();
    if (!answers.ok()) return;
    candidate.seen = has_timelines ? SeenIn(*answers, candidate.connection->greeted_by())
                                   : Seen{.read_write = true};
  }
}

// Waits for all of them, or for some time after one would do.
void AdvanceAll(std::vector<Candidate>& candidates, const Trip& questions,
                const ServersOptions& options, bool await_all) {
  Clock::time_point end = Clock::now() + absl::ToChronoNanoseconds(options.connect_limit);
  bool hurried = await_all;
  for (;;) {
    std::vector<AwaitedFile> waiting;
    bool one_would_do = false;
    for (Candidate& candidate : candidates) {
      Advance(candidate, questions, options.has_timelines);
      if (!candidate.done) waiting.push_back(candidate.connection->awaits());
      one_would_do = one_would_do || (candidate.seen.has_value() && candidate.seen->read_write);
    }
    if (one_would_do && !hurried) {
      hurried = true;
      end = std::min(end, Clock::now() + absl::ToChronoNanoseconds(options.others_limit));
    }
    const absl::Duration left = absl::FromChrono(end - Clock::now());
    if (waiting.empty() || left <= absl::ZeroDuration()) return;
    AwaitAny(waiting, left);
  }
}

Trip Questions(const std::vector<std::string>& settings, bool has_timelines) {
  Trip trip;
  for (const std::string& each : settings) trip.Add(each);
  if (has_timelines) trip.Add(std::string(kWhoAreYou));
  return trip;
}

std::vector<Candidate> ConnectEach(const ServersOptions& options,
                                   absl::string_view application_name, const Trip& questions,
                                   bool await_all) {
  std::vector<Candidate> candidates;
  for (Keywords host : options.hosts) {
    host.emplace_back("application_name", std::string(application_name));
    candidates.emplace_back();
    candidates.back().connection = Connection::Start(host, options.password);
  }
  AdvanceAll(candidates, questions, options, await_all);
  return candidates;
}

}  // namespace

absl::StatusOr<size_t> ChoosePrimary(const std::vector<absl::optional<Seen>>& hosts, Known known) {
  absl::optional<size_t> best;
  absl::string_view why = "no server answers";
  for (size_t number = 0; number < hosts.size(); ++number) {
    if (!hosts[number].has_value()) continue;
    const Seen& seen = *hosts[number];
    if (!seen.read_write) {
      why = "no server takes writes: all that answer are standbys";
    } else if (known.system_identifier != 0 && seen.system_identifier != known.system_identifier) {
      why = "the server that takes writes is of another database system";
    } else if (seen.timeline < known.timeline) {
      why = "the server that takes writes is an old primary, of a lower timeline";
    } else if (!best.has_value() || seen.timeline > hosts[*best]->timeline) {
      best = number;
    }
  }
  if (!best.has_value()) return Unreachable(why);
  return *best;
}

int PrimariesAmong(const std::vector<absl::optional<Seen>>& hosts) {
  return static_cast<int>(std::count_if(hosts.begin(), hosts.end(), [](const auto& seen) {
    return seen.has_value() && seen->read_write;
  }));
}

std::string HostName(const Keywords& host) {
  const std::string port = ValueOf(host, "port");
  return absl::StrCat(ValueOf(host, "host"), ":", port.empty() ? "5432" : port);
}

absl::StatusOr<Primary> Servers::Connect(absl::string_view application_name,
                                         const std::vector<std::string>& settings) const {
  std::vector<Candidate> candidates =
      ConnectEach(options_, application_name, Questions(settings, options_.has_timelines), false);
  std::vector<absl::optional<Seen>> seen;
  absl::Status failure;
  for (const Candidate& candidate : candidates) {
    seen.push_back(candidate.seen);
    if (failure.ok()) failure = candidate.failure;
  }
  if (options_.has_timelines) TellOfSeveral(PrimariesAmong(seen));
  const absl::StatusOr<size_t> chosen = ChoosePrimary(seen, known());
  if (!chosen.ok()) {
    const bool none = std::none_of(seen.begin(), seen.end(), [](auto& s) { return s.has_value(); });
    return none && !failure.ok() ? failure : chosen.status();
  }
  return Primary{std::move(candidates[*chosen].connection), HostName(options_.hosts[*chosen]),
                 *seen[*chosen]};
}

void Servers::TellOfSeveral(int primaries) const {
  if (options_.metrics != nullptr) options_.metrics->LogPrimaries(primaries);
  if (primaries < 1) return;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (std::exchange(told_primaries_, primaries) == primaries) return;
  }
  if (options_.log == nullptr) return;
  options_.log(primaries > 1
                   ? absl::StrCat("TWO PRIMARIES: ", primaries,
                                  " servers of the event log take writes; the one of the highest "
                                  "timeline is used; stop the other and rewind it")
                   : std::string("one server of the event log takes writes again"));
}

void Servers::Accept(const Seen& seen) {
  const std::lock_guard<std::mutex> lock(mutex_);
  known_.timeline = std::max(known_.timeline, seen.timeline);
  known_.system_identifier = seen.system_identifier;
}

Known Servers::known() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return known_;
}

std::vector<std::unique_ptr<Connection>> Servers::ConnectAll() const {
  std::vector<std::unique_ptr<Connection>> connections;
  for (Candidate& each : ConnectEach(options_, "kyc-gateway settings", Trip(), true)) {
    connections.push_back(each.done && each.failure.ok() ? std::move(each.connection) : nullptr);
  }
  return connections;
}

}  // namespace kyc::events::postgres
