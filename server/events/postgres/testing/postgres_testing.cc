#include "server/events/postgres/testing/postgres_testing.h"

#include <gtest/gtest.h>

#include <iostream>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "server/call/error.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events::postgres {

PostgresLogOptions OptionsOver(const PostgresServers& servers, Metrics& metrics) {
  PostgresLogOptions options;
  options.dsn = servers.dsn();
  if (servers.count() == 1) {
    options.durability.by = Durability::By::kLocal;
  } else {
    options.durability = {Durability::By::kStandbys, 1, servers.names()};
  }
  options.sealing_keys.push_back({.id = 1, .key = KeyNamed("sealing")});
  options.lookup_key = KeyNamed("lookup");
  options.keeper.events_per_partition = 100'000;
  options.keeper.trim_notice = absl::ZeroDuration();
  options.metrics = &metrics;
  options.log = [](absl::string_view line) { std::cerr << line << "\n"; };
  return options;
}

std::unique_ptr<PostgresLog> OpenLog(PostgresLogOptions options) {
  absl::StatusOr<std::unique_ptr<PostgresLog>> log = PostgresLog::Open(std::move(options));
  EXPECT_TRUE(log.ok()) << log.status();
  return log.ok() ? *std::move(log) : nullptr;
}

Listener::Listener(EventLog& log) {
  log.SetOnCommitted([told = told_](const std::shared_ptr<const std::vector<Event>>& events) {
    {
      const std::lock_guard<std::mutex> lock(told->mutex);
      told->sequence = events->back().position.sequence;
    }
    told->more.notify_all();
  });
}

void Listener::AwaitSequence(int64_t sequence) const {
  std::unique_lock<std::mutex> lock(told_->mutex);
  const bool shown = told_->more.wait_for(lock, absl::ToChronoSeconds(kPatience),
                                          [&] { return told_->sequence >= sequence; });
  EXPECT_TRUE(shown) << "at " << told_->sequence;
}

Appended AppendWhatever(EventLog& log, const ::netzme::v1::UpgradeEvent& notification) {
  const absl::Time patience = absl::Now() + kPatience;
  for (;;) {
    const absl::StatusOr<Appended> appended = TryAppend(log, notification);
    if (appended.ok()) return *appended;
    EXPECT_EQ(ReasonOf(appended.status()), "LOG_UNREACHABLE") << appended.status();
    if (absl::Now() > patience) {
      ADD_FAILURE() << appended.status();
      return Appended();
    }
  }
}

}  // namespace kyc::events::postgres
