// Makes the tests of the log read as scripts.
#ifndef SERVER_EVENTS_JETSTREAM_JETSTREAM_TESTING_H_
#define SERVER_EVENTS_JETSTREAM_JETSTREAM_TESTING_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "server/call/metrics.h"
#include "server/events/event_log.h"
#include "server/events/jetstream/jetstream_log.h"
#include "server/events/jetstream/nats.h"
#include "server/events/jetstream/nats_servers.h"
#include "server/events/log_testing.h"

namespace kyc::events::jetstream {

// How long anything may take that a test waits for. Far more than it does.
inline constexpr absl::Duration kPatience = absl::Seconds(60);

// The options of a log over these servers, with files of its own and the keys that all tests use;
// as many replicas as there are servers.
JetStreamLogOptions OptionsOver(const NatsServers& servers, Metrics& metrics);

// A connection to them, once one answers.
std::unique_ptr<Connection> Connect(const NatsServers& servers);

// Opens it; a test failure and null when it cannot be.
std::unique_ptr<JetStreamLog> OpenLog(JetStreamLogOptions options);

// Waits until the log has been followed so far; a test failure if it never is.
void AwaitSequence(const EventLog& log, int64_t sequence);

// Appends, again and again for as long as the log cannot be reached or others are always first.
Appended AppendWhatever(EventLog& log, const ::netzme::v1::UpgradeEvent& notification);

// For tests with one server: of Debian's version, or, where the parameter is true, a current one,
// which is not on every machine.
class OneServerTest : public EachServerTest {
 protected:
  void SetUp() override {
    EachServerTest::SetUp();
    if (IsSkipped()) return;
    servers_ = std::make_unique<NatsServers>(program_, 1);
  }

  JetStreamLogOptions Options() { return OptionsOver(*servers_, metrics_); }

  CountingMetrics metrics_;
  std::unique_ptr<NatsServers> servers_;
};

}  // namespace kyc::events::jetstream

#endif  // SERVER_EVENTS_JETSTREAM_JETSTREAM_TESTING_H_
