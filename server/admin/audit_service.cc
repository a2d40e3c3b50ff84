#include "server/admin/audit_service.h"

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "server/call/error.h"
#include "server/call/timestamp.h"
#include "server/events/log_error.h"

namespace kyc::admin {
namespace {

using ::google::protobuf::util::TimeUtil;

constexpr int kDefaultPageSize = 50;
constexpr int kMaxPageSize = 500;
constexpr size_t kMaxIdentifierBytes = 128;
constexpr int kMaxReads = 20;

absl::Status Validate(const v1::ListAuditEntriesRequest& request) {
  std::vector<Violation> violations;
  if (request.page_size() < 0 || request.page_size() > kMaxPageSize) {
    violations.push_back({"page_size", "must be 0 to 500"});
  }
  for (const auto& [field, value] :
       {std::pair("original_reference_no", &request.original_reference_no()),
        std::pair("cust_id", &request.cust_id()), std::pair("caller", &request.caller())}) {
    if (value->size() > kMaxIdentifierBytes) {
      violations.push_back({field, "must be at most 128 bytes"});
    }
  }
  if (!request.original_reference_no().empty() && !request.cust_id().empty()) {
    violations.push_back({"cust_id", "must be empty with original_reference_no"});
  }
  for (const auto& [field, time] : {std::pair("from_time", &request.from_time()),
                                    std::pair("until_time", &request.until_time())}) {
    if (!IsTime(*time)) {
      violations.push_back({field, "must be a time between the years 1 and 9999"});
    }
  }
  return InvalidRequest(std::move(violations));
}

v1::AuditEntry ToProto(const events::AuditEntry& from) {
  v1::AuditEntry entry;
  entry.set_id(from.id);
  *entry.mutable_time() = TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(from.time));
  entry.set_caller(from.caller);
  entry.set_act(from.act);
  entry.set_outcome(from.outcome);
  entry.set_source(from.source);
  entry.set_purpose(from.purpose);
  entry.set_purpose_gone(from.purpose_gone);
  entry.set_first_sequence(from.first_sequence);
  entry.set_last_sequence(from.last_sequence);
  entry.set_times(from.times);
  return entry;
}

}  // namespace

void AuditService::List(CallContext context, v1::ListAuditEntriesRequest request,
                        Done<v1::ListAuditEntriesResponse> done) {
  if (absl::Status valid = Validate(request); !valid.ok()) return std::move(done)(valid);
  events::AuditQuery query{.reference = request.original_reference_no(),
                           .cust_id = request.cust_id(),
                           .caller = request.caller()};
  if (request.has_from_time()) query.from = TimeOf(request.from_time());
  if (request.has_until_time()) query.until = TimeOf(request.until_time());
  if (!request.page_token().empty() &&
      (!absl::SimpleAtoi(request.page_token(), &query.below) || query.below <= 0)) {
    return std::move(done)(events::UnknownPageToken());
  }
  query.limit = request.page_size() == 0 ? kDefaultPageSize : request.page_size();
  ReadOn(std::move(context.cancel), std::move(query), {}, kMaxReads, std::move(done));
}

void AuditService::ReadOn(std::stop_token cancel, events::AuditQuery query,
                          v1::ListAuditEntriesResponse page, int reads_left,
                          Done<v1::ListAuditEntriesResponse> done) {
  run_blocking_([this, cancel = std::move(cancel), query = std::move(query), page = std::move(page),
                 reads_left, done = std::move(done)]() mutable {
    if (cancel.stop_requested()) return std::move(done)(events::CancelledUnread("the audit log"));
    const auto read = audit_.ListAudit(query);
    if (!read.ok()) return std::move(done)(events::LogError(read.status()));
    for (const events::AuditEntry& entry : read->entries) *page.add_entries() = ToProto(entry);
    query.limit -= static_cast<int>(read->entries.size());
    query.below = read->below;
    if (query.below > 0 && query.limit > 0 && reads_left > 1) {
      return ReadOn(std::move(cancel), std::move(query), std::move(page), reads_left - 1,
                    std::move(done));
    }
    if (query.below > 0) page.set_next_page_token(absl::StrCat(query.below));
    std::move(done)(std::move(page));
  });
}

}  // namespace kyc::admin
