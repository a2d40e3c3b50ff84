#include "server/admin/recent_calls.h"

#include "absl/strings/str_cat.h"
#include "server/admin/record.h"

namespace kyc::admin {

void RecentCalls::Add(const EndedCall& call) {
  const std::lock_guard lock(mutex_);
  if (calls_.size() < kKept) {
    calls_.push_back(call);
    return;
  }
  calls_[oldest_] = call;
  oldest_ = (oldest_ + 1) % kKept;
}

std::string RecentCalls::Json() const {
  std::vector<EndedCall> newest_first;
  {
    const std::lock_guard lock(mutex_);
    newest_first.reserve(calls_.size());
    for (size_t i = calls_.size(); i > 0; --i) {
      newest_first.push_back(calls_[(oldest_ + i - 1) % calls_.size()]);
    }
  }
  std::string json = "{\"calls\":[";
  const char* separator = "";
  for (const EndedCall& call : newest_first) {
    absl::StrAppend(&json, separator, RecordJson(RecordOf(call)));
    separator = ",";
  }
  return json + "]}\n";
}

}  // namespace kyc::admin
