// A pooler between gateway and server.
#include "server/events/postgres/pooler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "server/events/postgres/postgres_log.h"
#include "server/events/postgres/testing/pgbouncer.h"
#include "server/events/postgres/testing/postgres_servers.h"
#include "server/events/postgres/testing/postgres_testing.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events::postgres {
namespace {

class PoolerTest : public testing::Test {
 protected:
  PostgresLogOptions Through(const PgBouncer& pooler) {
    PostgresLogOptions options = OptionsOver(servers_, metrics_);
    options.dsn = pooler.dsn();
    return options;
  }
  CountingMetrics metrics_;
  PostgresServers servers_{1};
};

TEST_F(PoolerTest, WhichKeepsNoSessionIsRefusedInALineThatSaysWhatToDo) {
  for (const char* mode : {"transaction", "statement"}) {
    const PgBouncer pooler(servers_.port(0), mode);
    const absl::Status refused = PostgresLog::Open(Through(pooler)).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << mode << ": " << refused;
    EXPECT_THAT(std::string(refused.message()),
                testing::AllOf(testing::HasSubstr("pooler"), testing::HasSubstr("session mode")))
        << mode;
  }
}

TEST_F(PoolerTest, WhichKeepsThemMayStandBetween) {
  const PgBouncer pooler(servers_.port(0), "session");
  const auto writes = OpenLog(Through(pooler));
  const auto reads = OpenLog(Through(pooler));
  ASSERT_NE(writes, nullptr);
  ASSERT_NE(reads, nullptr);
  const Listener told(*reads);
  Append(*writes, "R1", "approved");
  Append(*writes, "R1", "rejected");
  told.AwaitSequence(2);
  EXPECT_EQ(ReadAll(*reads), ReadAll(*writes));
}

}  // namespace
}  // namespace kyc::events::postgres
