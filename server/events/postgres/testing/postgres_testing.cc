#include "server/events/postgres/testing/postgres_testing.h"

#include <gtest/gtest.h>

#include <iostream>
#include <utility>

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

void AwaitSequence(const EventLog& log, int64_t sequence) {
  const absl::Time patience = absl::Now() + kPatience;
  while (log.ends().newest.sequence < sequence) {
    ASSERT_LT(absl::Now(), patience) << "at " << log.ends().newest.sequence;
    absl::SleepFor(absl::Milliseconds(1));
  }
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
