#include "server/events/jetstream/jetstream_testing.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/call/error.h"
#include "server/events/log_testing.h"

namespace kyc::events::jetstream {

JetStreamLogOptions OptionsOver(const NatsServers& servers, Metrics& metrics) {
  static int count = 0;
  JetStreamLogOptions options;
  options.connection.servers = servers.urls();
  options.connection.name = "test";
  options.stream.name = "KYC";
  options.stream.subject_prefix = "kyc.upgrade";
  options.stream.replicas = servers.count();
  options.folder = absl::StrCat(testing::TempDir(), "/gateway-", getpid(), "-", ++count);
  options.sealing_keys.push_back({.id = 1, .key = KeyNamed("sealing")});
  options.lookup_key = KeyNamed("lookup");
  options.start_timeout = kPatience;
  options.metrics = &metrics;
  options.log = [](absl::string_view line) { std::cerr << line << "\n"; };
  return options;
}

std::unique_ptr<Connection> Connect(const NatsServers& servers) {
  ConnectionOptions options;
  options.servers = servers.urls();
  const absl::Time patience = absl::Now() + kPatience;
  for (;;) {
    absl::StatusOr<std::unique_ptr<Connection>> connection = Connection::Open(options);
    if (connection.ok()) return *std::move(connection);
    EXPECT_LT(absl::Now(), patience) << connection.status();
    absl::SleepFor(absl::Milliseconds(10));
  }
}

std::unique_ptr<JetStreamLog> OpenLog(JetStreamLogOptions options) {
  absl::StatusOr<std::unique_ptr<JetStreamLog>> log = JetStreamLog::Open(std::move(options));
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

}  // namespace kyc::events::jetstream
