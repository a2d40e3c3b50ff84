#include "server/netzme/lookup.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "server/call/error.h"
#include "server/netzme/filter.h"
#include "server/netzme/log_error.h"
#include "server/netzme/page_token.h"
#include "server/netzme/view.h"

namespace kyc::netzme {
namespace {

using ::netzme::v1::GetUpgradeRequest;
using ::netzme::v1::GetUpgradeResponse;
using ::netzme::v1::ListUpgradesRequest;
using ::netzme::v1::ListUpgradesResponse;

constexpr size_t kMaxReferenceBytes = 128;
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

int PageSize(const ListUpgradesRequest& request) {
  return request.page_size() == 0 ? kDefaultPageSize : request.page_size();
}

// A page while it is made.
class Page {
 public:
  explicit Page(const ListUpgradesRequest& request)
      : view_(EffectiveView(request.view())), size_(PageSize(request)) {}

  // False when the page is full: then there is a next one.
  bool Take(::netzme::v1::UpgradeEvent event) {
    Hide(view_, event);
    const size_t bytes = event.ByteSizeLong();
    const bool fits = response_.events_size() == 0 || bytes_ + bytes <= kMaxPageBytes;
    if (response_.events_size() == size_ || !fits) return false;
    bytes_ += bytes;
    *response_.add_events() = std::move(event);
    return true;
  }
  ListUpgradesResponse& response() { return response_; }

 private:
  const ::netzme::v1::View view_;
  const int size_;
  size_t bytes_ = 0;
  ListUpgradesResponse response_;
};

}  // namespace

absl::Status Validate(const GetUpgradeRequest& request) {
  std::vector<Violation> violations = ViewViolations(request.view());
  const std::string& reference = request.original_reference_no();
  if (reference.empty() || reference.size() > kMaxReferenceBytes) {
    violations.push_back({"original_reference_no", "1 to 128 bytes"});
  }
  return InvalidRequest(std::move(violations));
}

absl::Status Validate(const ListUpgradesRequest& request) {
  std::vector<Violation> violations = FilterViolations(request.filter());
  for (Violation& violation : ViewViolations(request.view())) {
    violations.push_back(std::move(violation));
  }
  if (request.page_size() < 0 || request.page_size() > kMaxPageSize) {
    violations.push_back({"page_size", "0 to 500"});
  }
  return InvalidRequest(std::move(violations));
}

absl::StatusOr<GetUpgradeResponse> GetUpgrade(const events::EventLog& log,
                                              const GetUpgradeRequest& request) {
  auto found = log.Latest(request.original_reference_no());
  if (!found.ok()) return LogError(found.status());
  if (!found->has_value()) return NotFound();
  events::Event& event = **found;
  Hide(EffectiveView(request.view()), event.event);
  GetUpgradeResponse response;
  response.set_cursor(log.CursorText(event.position));
  *response.mutable_event() = std::move(event.event);
  return response;
}

absl::StatusOr<ListUpgradesResponse> ListUpgrades(const events::EventLog& log,
                                                  const ListUpgradesRequest& request) {
  PagePlace place;
  if (request.page_token().empty()) {
    place.upper_bound = log.ends().newest.sequence;
    place.last = place.upper_bound + 1;
  } else {
    const auto given = PlaceFromPageToken(request.page_token(), request, log);
    if (!given.ok()) return given.status();
    place = *given;
  }
  Page page(request);
  if (place.upper_bound == 0) return std::move(page.response());
  for (;;) {
    const int limit = std::min(kReadSize, PageSize(request) + 1);
    auto events =
        log.List({request.filter(), place.last, place.upper_bound, limit, request.latest_only()});
    if (!events.ok()) return LogError(events.status());
    for (events::Event& next : *events) {
      const int64_t sequence = next.position.sequence;
      if (!page.Take(std::move(next.event))) {
        page.response().set_next_page_token(PageToken(place, request, log));
        return std::move(page.response());
      }
      place.last = sequence;
    }
    if (static_cast<int>(events->size()) < limit) return std::move(page.response());
  }
}

}  // namespace kyc::netzme
