// What the simulator received, for tests to look at. Thread-safe.
#ifndef TOOLS_SIMULATOR_HISTORY_H_
#define TOOLS_SIMULATOR_HISTORY_H_

#include <boost/json/object.hpp>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>

namespace kyc::simulator {

class History {
 public:
  static constexpr size_t kKept = 100;
  static constexpr size_t kCounted = 200'000;  // References; the ones after are not counted.

  // Keeps the newest kKept records, each given the next "sequence", and counts its reference.
  void Add(const std::string& reference, boost::json::object record);

  // Keeps what was told to the gateway and how it answered; the newest kKept too.
  void AddNotification(boost::json::object record);

  // {"requests": [...]}, newest first; of one reference only unless it is empty.
  std::string Last(const std::string& reference) const;
  // {"count": n}: whole bodies received, in all (the reference is empty) or of one reference.
  std::string Count(const std::string& reference) const;
  int64_t CountOf(const std::string& reference) const;
  // {"notifications": [...]}, newest first.
  std::string Notifications(const std::string& reference) const;
  void Clear();

 private:
  mutable std::mutex mutex_;
  int64_t sequence_ = 0;
  std::deque<boost::json::object> requests_;
  std::deque<boost::json::object> notifications_;
  std::unordered_map<std::string, int64_t> counts_;
};

}  // namespace kyc::simulator

#endif  // TOOLS_SIMULATOR_HISTORY_H_
