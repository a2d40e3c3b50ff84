#include "tools/simulator/history.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

namespace kyc::simulator {
namespace {

namespace json = boost::json;

void Keep(std::deque<json::object>& records, json::object record) {
  records.push_front(std::move(record));
  if (records.size() > History::kKept) records.pop_back();
}

std::string Listed(const char* name, const std::deque<json::object>& records,
                   const std::string& reference) {
  json::array list;
  for (const json::object& record : records) {
    if (reference.empty() || record.at("reference") == json::value(reference)) {
      list.push_back(record);
    }
  }
  return json::serialize(json::object{{name, std::move(list)}});
}

}  // namespace

void History::Add(const std::string& reference, json::object record) {
  record["reference"] = reference;
  const std::lock_guard lock(mutex_);
  record["sequence"] = ++sequence_;
  Keep(requests_, std::move(record));
  if (counts_.size() < kCounted || counts_.contains(reference)) ++counts_[reference];
}

void History::AddNotification(json::object record) {
  const std::lock_guard lock(mutex_);
  Keep(notifications_, std::move(record));
}

std::string History::Last(const std::string& reference) const {
  const std::lock_guard lock(mutex_);
  return Listed("requests", requests_, reference);
}

std::string History::Count(const std::string& reference) const {
  return json::serialize(json::object{{"count", CountOf(reference)}});
}

int64_t History::CountOf(const std::string& reference) const {
  const std::lock_guard lock(mutex_);
  if (reference.empty()) return sequence_;
  const auto found = counts_.find(reference);
  return found == counts_.end() ? 0 : found->second;
}

std::string History::Notifications(const std::string& reference) const {
  const std::lock_guard lock(mutex_);
  return Listed("notifications", notifications_, reference);
}

void History::Clear() {
  const std::lock_guard lock(mutex_);
  sequence_ = 0;
  requests_.clear();
  notifications_.clear();
  counts_.clear();
}

}  // namespace kyc::simulator
