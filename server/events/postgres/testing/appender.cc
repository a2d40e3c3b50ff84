#include "server/events/postgres/testing/appender.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/events/postgres/testing/postgres_testing.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events::postgres {

std::function<void(absl::string_view)> OperatorLines::Taker() {
  return [this](absl::string_view line) {
    const std::lock_guard<std::mutex> lock(mutex_);
    lines_.emplace_back(line);
    changed_.notify_all();
  };
}

void OperatorLines::Await(absl::string_view text) const {
  std::unique_lock<std::mutex> lock(mutex_);
  const bool said = changed_.wait_for(lock, absl::ToChronoSeconds(kPatience), [&] {
    return std::any_of(lines_.begin(), lines_.end(),
                       [&](const std::string& line) { return absl::StrContains(line, text); });
  });
  EXPECT_TRUE(said) << text;
}

void Appender::Stop() {
  stops_ = true;
  if (thread_.joinable()) thread_.join();
}

void Appender::Await(int64_t more) const {
  int64_t seen = acknowledged_;
  const int64_t wanted = seen + more;
  for (; seen < wanted; seen = acknowledged_) acknowledged_.wait(seen);
}

void Appender::Run() {
  while (!stops_) {
    AppendWhatever(log_, Notification(absl::StrCat(name_, "-", acknowledged_ + 1), "approved"));
    ++acknowledged_;
    acknowledged_.notify_all();
  }
}

// Every acknowledged reference is there once, and no sequence is left out.
void ExpectAllKept(const EventLog& log, const std::vector<const Appender*>& appenders) {
  std::map<std::string, int> times;
  int64_t sequence = 0;
  for (const std::string& line : ReadAll(log, {}, {}, 1000)) {
    const std::vector<std::string> parts = absl::StrSplit(line, absl::ByAnyChar(":/"));
    EXPECT_EQ(parts[0], absl::StrCat(++sequence));
    ++times[parts[1]];
  }
  for (const Appender* appender : appenders) {
    for (int64_t number = 1; number <= appender->acknowledged(); ++number) {
      const std::string reference = absl::StrCat(appender->name(), "-", number);
      EXPECT_EQ(times[reference], 1) << reference;
    }
  }
  EXPECT_GT(sequence, 0);
}

}  // namespace kyc::events::postgres
