#include "server/admin/event_log_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <thread>
#include <utility>

#include "server/call/error.h"
#include "server/call/testing/answer_of.h"
#include "server/events/testing/temporary_log.h"

namespace kyc::admin {
namespace {

using admin::v1::BackupRequest;
using admin::v1::BackupResponse;

// A pool of threads that is never waited for.
RunBlocking AtOnce() {
  return [](absl::AnyInvocable<void() &&> job) { std::thread(std::move(job)).join(); };
}

class EventLogServiceTest : public testing::Test {
 protected:
  EventLogServiceTest() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  absl::StatusOr<BackupResponse> Backup(EventLogService& service, const std::string& name,
                                        bool admin = true) {
    CallContext context;
    context.allow_admin = admin;
    BackupRequest request;
    request.set_file_name(name);
    return AnswerOf(service, &EventLogService::Backup, std::move(context), std::move(request));
  }
  void AppendOne() {
    ::netzme::v1::UpgradeEvent event;
    event.set_original_reference_no("R-1");
    event.set_status(::netzme::v1::UPGRADE_STATUS_APPROVED);
    log_.Append(std::move(event));
  }

  const std::string folder_ = testing::TempDir() + "/backups";
  events::TemporaryLog log_;
  EventLogService service_{log_.log(), folder_, AtOnce(), [](absl::string_view) {}};
};

TEST_F(EventLogServiceTest, BackupIsAFileOfTheFolder) {
  AppendOne();
  const auto made = Backup(service_, "monday.db");
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->newest_sequence(), 1);
  EXPECT_EQ(made->size_bytes(),
            static_cast<int64_t>(std::filesystem::file_size(folder_ + "/monday.db")));
  EXPECT_EQ(ReasonOf(Backup(service_, "monday.db").status()), "BACKUP_EXISTS");
}

TEST_F(EventLogServiceTest, NoNameLeadsOutOfTheFolder) {
  for (const char* name : {"", "../events.db", "a/b", ".hidden", "a b", "nul\n"}) {
    EXPECT_EQ(ReasonOf(Backup(service_, name).status()), "INVALID_REQUEST") << name;
  }
  EXPECT_EQ(ReasonOf(Backup(service_, std::string(101, 'a')).status()), "INVALID_REQUEST");
}

TEST_F(EventLogServiceTest, OnlyAdministratorsMay) {
  EXPECT_EQ(ReasonOf(Backup(service_, "a.db", /*admin=*/false).status()), "CALLER_FORBIDDEN");
  std::string reason;
  service_.ReleaseRetention({}, {}, [&](auto given) { reason = ReasonOf(given.status()); });
  EXPECT_EQ(reason, "CALLER_FORBIDDEN");
}

TEST_F(EventLogServiceTest, WithoutAFolderThereIsNoBackup) {
  EventLogService service(log_.log(), "", AtOnce(), [](absl::string_view) {});
  EXPECT_EQ(ReasonOf(Backup(service, "a.db").status()), "BACKUP_NOT_CONFIGURED");
}

TEST_F(EventLogServiceTest, ReleaseTellsHowMuchWaited) {
  CallContext context;
  context.allow_admin = true;
  int64_t events = -1;
  service_.ReleaseRetention(std::move(context), {}, [&](auto given) { events = given->events(); });
  EXPECT_EQ(events, 0);
}

}  // namespace
}  // namespace kyc::admin
