#include "server/process_notes.h"

#include <unistd.h>

#include <climits>
#include <deque>
#include <utility>

#include "absl/strings/str_cat.h"

namespace kyc {
namespace {

constexpr size_t kMostKinds = 64;
constexpr absl::Duration kCounted = absl::Minutes(10);
constexpr size_t kMostPending = 16;
constexpr size_t kMostCallersBytes = 4000;

}  // namespace

struct ProcessNotes::Pending {
  std::mutex mutex;
  std::deque<events::AuditNote> notes;  // Guarded by mutex.
  bool under_way = false;               // Likewise: the first one is being written.
};

ProcessNotes::ProcessNotes(events::Audit& audit, std::string process,
                           std::function<absl::Time()> steady_clock)
    : audit_(audit),
      process_(std::move(process)),
      clock_(std::move(steady_clock)),
      pending_(std::make_shared<Pending>()) {}

ProcessNotes::~ProcessNotes() {
  const std::lock_guard lock(mutex_);
  TellUntil(absl::InfiniteFuture());
}

void ProcessNotes::NotLetIn(const rpc::Refused& refused) {
  Kind kind(refused.caller, refused.method, absl::StrCat(refused.reason, " ", refused.why),
            refused.address);
  const absl::Time now = clock_();
  const std::lock_guard lock(mutex_);
  TellUntil(now);
  if (kinds_.size() >= kMostKinds && kinds_.count(kind) == 0) {
    kind = Kind("", "many methods", "CALLER_UNAUTHENTICATED or CALLER_FORBIDDEN", "many addresses");
  }
  const auto [at, is_new] = kinds_.try_emplace(kind, Repeats{now + kCounted});
  if (!is_new) {
    ++at->second.more;
  } else {
    Write(kind, 1);
  }
}

void ProcessNotes::TellUntil(absl::Time now) {
  for (auto at = kinds_.begin(); at != kinds_.end();) {
    if (now < at->second.until) {
      ++at;
      continue;
    }
    if (at->second.more > 0) Write(at->first, at->second.more);
    at = kinds_.erase(at);
  }
}

// Where it cannot be written nothing was done that it would have to be known of: the log has a
// line.
void ProcessNotes::Write(const Kind& kind, int64_t times) {
  events::AuditNote note;
  std::tie(note.caller, note.act, note.outcome, note.source) = kind;
  note.times = times;
  audit_.Note({std::move(note)}, [](absl::Status) {});
}

void ProcessNotes::Configured(std::string act, std::string outcome) {
  events::AuditNote note;
  note.act = std::move(act);
  note.outcome = std::move(outcome);
  note.source = process_;
  {
    const std::lock_guard lock(pending_->mutex);
    if (pending_->notes.size() >= kMostPending) {
      // Not the one that may be under way.
      pending_->notes.erase(pending_->notes.begin() + 1);
    }
    pending_->notes.push_back(std::move(note));
  }
  Look();
}

void ProcessNotes::Look() {
  {
    const std::lock_guard lock(mutex_);
    TellUntil(clock_());
  }
  events::AuditNote note;
  {
    const std::lock_guard lock(pending_->mutex);
    if (pending_->under_way || pending_->notes.empty()) return;
    pending_->under_way = true;
    note = pending_->notes.front();
  }
  audit_.Note({std::move(note)}, [pending = pending_](absl::Status written) {
    const std::lock_guard lock(pending->mutex);
    pending->under_way = false;
    if (written.ok()) pending->notes.pop_front();
  });
}

std::string ConfiguredAct(absl::string_view when, const std::vector<config::Caller>& callers) {
  std::string act = absl::StrCat("configuration ", when, "; callers:");
  size_t told = 0;
  for (const config::Caller& caller : callers) {
    if (act.size() > kMostCallersBytes) break;
    absl::StrAppend(&act, told++ == 0 ? " " : ", ", caller.name,
                    caller.allow_full_view ? " full_view" : "", caller.allow_admin ? " admin" : "",
                    caller.allow_personal_data ? " personal_data" : "",
                    caller.allow_audit ? " audit" : "");
  }
  if (callers.empty()) act += " none";
  if (told < callers.size()) absl::StrAppend(&act, " and ", callers.size() - told, " more");
  return act;
}

std::string ProcessName() {
  char host[HOST_NAME_MAX + 1] = {};
  gethostname(host, sizeof(host) - 1);
  return absl::StrCat(host, " process ", getpid());
}

}  // namespace kyc
