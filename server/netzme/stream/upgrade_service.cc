#include "server/netzme/stream/upgrade_service.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/call/run_blocking.h"
#include "server/events/audited.h"
#include "server/events/log_error.h"
#include "server/netzme/stream/lookup.h"
#include "server/netzme/stream/shown_events.h"
#include "server/netzme/stream/stream_ends.h"
#include "server/netzme/stream/watch_request.h"
#include "server/netzme/view.h"

namespace kyc::netzme {
namespace {

template <typename Request>
absl::Status Check(const CallContext& context, const Request& request, const PoolLine& pool) {
  if (absl::Status valid = Validate(request); !valid.ok()) return valid;
  if (absl::Status may = CheckMaySee(context, request.view()); !may.ok()) return may;
  return pool.IsFull() ? SilentLog() : absl::OkStatus();
}

// Of answers that wait to be noted, together.
constexpr int64_t kMostHeld = 64 << 20;

template <typename Request>
bool IsFull(const Request& request) {
  return request.view() == ::netzme::v1::VIEW_FULL;
}

events::AuditNote NoteOfFull(const CallContext& context, const char* rpc) {
  return events::NoteOf(context,
                        absl::StrCat("netzme.v1.UpgradeNotificationService/", rpc, " VIEW_FULL"));
}

// What an answer takes of the room for answers that wait to be noted.
class Held {
 public:
  Held(std::shared_ptr<std::atomic<int64_t>> all, size_t bytes)
      : all_(std::move(all)), bytes_(static_cast<int64_t>(bytes)) {
    fits_ = all_->fetch_add(bytes_) + bytes_ <= kMostHeld;
  }
  ~Held() { all_->fetch_sub(bytes_); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  bool fits() const { return fits_; }

 private:
  const std::shared_ptr<std::atomic<int64_t>> all_;
  const int64_t bytes_;
  bool fits_;
};

// The answer, once it is noted what it shows.
template <typename Response, typename Notes>
Done<Response> Noted(events::Audit& audit, const std::shared_ptr<std::atomic<int64_t>>& held_bytes,
                     Done<Response> done, Notes notes_of) {
  return [&audit, held_bytes, notes_of = std::move(notes_of),
          done = std::move(done)](absl::StatusOr<Response> answer) mutable {
    std::vector<events::AuditNote> notes = notes_of(answer);
    if (notes.empty()) return std::move(done)(std::move(answer));
    auto held = std::make_unique<Held>(held_bytes, answer.ok() ? answer->ByteSizeLong() : 0);
    if (!held->fits()) return std::move(done)(events::NotNoted());
    audit.Note(std::move(notes), [answer = std::move(answer), done = std::move(done),
                                  held = std::move(held)](absl::Status noted) mutable {
      if (!noted.ok()) return std::move(done)(events::NotNoted());
      std::move(done)(std::move(answer));
    });
  };
}

// Each read waits in the pool's line anew: a long list holds up nobody's short look-up.
void ReadOn(const PoolLine& pool, std::stop_token cancel, Listing listing,
            Done<::netzme::v1::ListUpgradesResponse> done) {
  pool.Run([&pool, cancel = std::move(cancel), listing = std::move(listing),
            done = std::move(done)]() mutable {
    if (cancel.stop_requested()) return std::move(done)(events::CancelledUnread("the log"));
    auto page = listing.Read();
    if (!page.ok()) return std::move(done)(page.status());
    if (page->has_value()) return std::move(done)(**std::move(page));
    ReadOn(pool, std::move(cancel), std::move(listing), std::move(done));
  });
}

}  // namespace

UpgradeService::UpgradeService(events::EventLog& log, rpc::Loop& loop, RunBlocking run_blocking,
                               Metrics* metrics, Clocks clocks, RingLimits limits,
                               events::Audit* audit)
    : audit_(audit),
      scope_{log,
             loop,
             PoolLine(std::move(run_blocking), clocks.steady),
             metrics,
             clocks.steady,
             StreamNotes(audit, loop, clocks.steady),
             Hub(log, loop, clocks, limits)} {}

absl::StatusOr<std::unique_ptr<rpc::Producer>> UpgradeService::Watch(
    rpc::Stream* stream, ::netzme::v1::WatchUpgradesRequest request) {
  const ::netzme::v1::View view = request.view();
  absl::StatusOr<WatchOrder> order = ReadWatchRequest(std::move(request));
  if (!order.ok()) return order.status();
  if (absl::Status may = CheckMaySee(stream->context(), view); !may.ok()) return may;
  // The ring still has what the log has lost.
  if (absl::Status lost = scope_.log.history(); !lost.ok()) return lost;
  if (scope_.pool.IsFull()) return SilentLog();
  return netzme::Watch::Open(scope_, stream, *std::move(order));
}

void UpgradeService::Get(CallContext context, ::netzme::v1::GetUpgradeRequest request,
                         Done<::netzme::v1::GetUpgradeResponse> done) {
  if (absl::Status may = Check(context, request, scope_.pool); !may.ok())
    return std::move(done)(may);
  if (IsFull(request) && audit_ != nullptr) {
    done = Noted<::netzme::v1::GetUpgradeResponse>(
        *audit_, held_bytes_, std::move(done),
        [note = NoteOfFull(context, "GetUpgrade"),
         reference = request.original_reference_no()](const auto& answer) mutable {
          std::vector<events::AuditNote> notes;
          if (answer.ok()) note = NoteOfEvent(std::move(note), answer->event());
          note.reference = reference;  // Which a restricted event does not say.
          if (answer.ok()) {
            notes.push_back(std::move(note));
          } else if (absl::IsNotFound(answer.status())) {
            note.outcome = ReasonOf(answer.status());
            notes.push_back(std::move(note));
          }
          return notes;
        });
  }
  scope_.pool.Run([&log = scope_.log, cancel = std::move(context.cancel),
                   request = std::move(request), done = std::move(done)]() mutable {
    if (cancel.stop_requested()) return std::move(done)(events::CancelledUnread("the log"));
    std::move(done)(GetUpgrade(log, request));
  });
}

void UpgradeService::List(CallContext context, ::netzme::v1::ListUpgradesRequest request,
                          Done<::netzme::v1::ListUpgradesResponse> done) {
  if (absl::Status may = Check(context, request, scope_.pool); !may.ok())
    return std::move(done)(may);
  if (IsFull(request) && audit_ != nullptr) {
    done = Noted<::netzme::v1::ListUpgradesResponse>(
        *audit_, held_bytes_, std::move(done),
        [note = NoteOfFull(context, "ListUpgrades")](const auto& page) {
          return page.ok() ? NotesOfPage(note, *page) : std::vector<events::AuditNote>();
        });
  }
  absl::StatusOr<Listing> listing = Listing::Start(scope_.log, std::move(request));
  if (!listing.ok()) return std::move(done)(listing.status());
  ReadOn(scope_.pool, std::move(context.cancel), *std::move(listing), std::move(done));
}

}  // namespace kyc::netzme
