#include "server/netzme/stream/lookup.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "server/call/error.h"
#include "server/events/log_error.h"
#include "server/netzme/stream/filter.h"
#include "server/netzme/view.h"

namespace kyc::netzme {
namespace {

using ::netzme::v1::GetUpgradeRequest;
using ::netzme::v1::GetUpgradeResponse;
using ::netzme::v1::ListUpgradesRequest;
using ::netzme::v1::ListUpgradesResponse;

constexpr size_t kMaxReferenceBytes = 128;
constexpr size_t kMaxAccountBytes = 128;
constexpr int kDefaultPageSize = 50;
constexpr int kMaxPageSize = 500;
constexpr size_t kMaxPageBytes = 3 << 20;
// How many events are read at a time: a page of the largest ones is not all read to be cut.
constexpr int kReadSize = 50;

absl::Status NotFound() {
  Error error;
  error.code = absl::StatusCode::kNotFound;
  error.reason = "UPGRADE_NOT_FOUND";
  error.message = "The log holds no event of this original_reference_no";
  return ToStatus(error);
}

absl::Status Removed() {
  Error error;
  error.code = absl::StatusCode::kNotFound;
  error.reason = "UPGRADE_REMOVED";
  error.message = "The log had events of this original_reference_no; retention has removed them";
  return ToStatus(error);
}

}  // namespace

absl::Status Validate(const GetUpgradeRequest& request) {
  std::vector<Violation> violations = ViewViolations(request.view());
  const std::string& reference = request.original_reference_no();
  if (reference.empty() || reference.size() > kMaxReferenceBytes) {
    violations.push_back({"original_reference_no", "must be 1 to 128 bytes"});
  }
  if (request.account().size() > kMaxAccountBytes) {
    violations.push_back({"account", "must be at most 128 bytes"});
  }
  return InvalidRequest(std::move(violations));
}

absl::Status Validate(const ListUpgradesRequest& request) {
  std::vector<Violation> violations = FilterViolations(request.filter());
  for (Violation& violation : ViewViolations(request.view())) {
    violations.push_back(std::move(violation));
  }
  if (request.page_size() < 0 || request.page_size() > kMaxPageSize) {
    violations.push_back({"page_size", "must be 0 to 500"});
  }
  return InvalidRequest(std::move(violations));
}

absl::StatusOr<GetUpgradeResponse> GetUpgrade(const events::EventLog& log,
                                              const GetUpgradeRequest& request) {
  auto found = log.Latest(request.original_reference_no(), request.account());
  if (!found.ok()) return events::LogError(found.status());
  if (!found->has_value()) {
    const auto removed = log.WasRemoved(request.original_reference_no(), request.account());
    if (!removed.ok()) return events::LogError(removed.status());
    return *removed ? Removed() : NotFound();
  }
  events::Event& event = **found;
  Hide(EffectiveView(request.view()), event.event);
  GetUpgradeResponse response;
  response.set_cursor(log.CursorText(event.position));
  *response.mutable_event() = std::move(event.event);
  return response;
}

absl::StatusOr<Listing> Listing::Start(const events::EventLog& log, ListUpgradesRequest request,
                                       int max_reads) {
  PagePlace place;
  if (request.page_token().empty()) {
    place.upper_bound = log.ends().newest.sequence;
    place.below = place.upper_bound + 1;
  } else {
    const auto given = PlaceFromPageToken(request.page_token(), request, log);
    if (!given.ok()) return given.status();
    place = *given;
  }
  return Listing(log, std::move(request), place, max_reads);
}

Listing::Listing(const events::EventLog& log, ListUpgradesRequest request, PagePlace place,
                 int max_reads)
    : log_(&log),
      request_(std::move(request)),
      page_size_(request_.page_size() == 0 ? kDefaultPageSize : request_.page_size()),
      place_(place),
      reads_left_(max_reads) {}

absl::StatusOr<absl::optional<ListUpgradesResponse>> Listing::Read() {
  if (place_.upper_bound == 0) return absl::make_optional(std::move(page_));
  // One more than fits tells whether there is a next page.
  const int limit = std::min(kReadSize, page_size_ + 1);
  auto found = log_->List(
      {request_.filter(), place_.below, place_.upper_bound, limit, request_.latest_only()});
  if (!found.ok()) return events::LogError(found.status());
  for (events::Event& next : found->events) {
    const int64_t sequence = next.position.sequence;
    if (!Take(std::move(next.event))) return absl::make_optional(PageWithNext());
    place_.below = sequence;
  }
  place_.below = found->below;
  if (!found->more) return absl::make_optional(std::move(page_));
  if (--reads_left_ <= 0) return absl::make_optional(PageWithNext());
  return absl::optional<ListUpgradesResponse>();
}

bool Listing::Take(::netzme::v1::UpgradeEvent event) {
  Hide(EffectiveView(request_.view()), event);
  const size_t bytes = event.ByteSizeLong();
  const bool fits = page_.events_size() == 0 || bytes_ + bytes <= kMaxPageBytes;
  if (page_.events_size() == page_size_ || !fits) return false;
  bytes_ += bytes;
  *page_.add_events() = std::move(event);
  return true;
}

ListUpgradesResponse Listing::PageWithNext() {
  page_.set_next_page_token(PageToken(place_, request_, *log_));
  return std::move(page_);
}

}  // namespace kyc::netzme
