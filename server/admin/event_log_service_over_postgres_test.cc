// What is another over the engine of many machines.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>

#include "server/admin/event_log_service.h"
#include "server/call/error.h"
#include "server/events/testing/temporary_log.h"

namespace kyc::admin {
namespace {

// A pool of threads that is never waited for.
RunBlocking AtOnce() {
  return [](absl::AnyInvocable<void() &&> job) { std::thread(std::move(job)).join(); };
}

TEST(EventLogServiceOverPostgresTest, WhoAsksForABackupIsToldWhoMakesIt) {
  events::TemporaryLog log;
  EventLogService service(log.log(), "", AtOnce(), [](absl::string_view) {});
  CallContext context;
  context.allow_admin = true;
  v1::BackupRequest request;
  request.set_file_name("monday.db");
  absl::Status status;
  service.Backup(std::move(context), request, [&](auto given) { status = given.status(); });
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), "BACKUP_BY_SERVERS");
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("pg_basebackup"));
}

}  // namespace
}  // namespace kyc::admin
