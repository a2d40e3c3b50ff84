#include "server/events/sqlite/vfs.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cerrno>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/events/sqlite/sqlite.h"

namespace kyc::events {
namespace {

class VfsTest : public testing::Test {
 protected:
  VfsTest() {
    EXPECT_TRUE(writer_.UseWriteAheadLog().ok());
    Run("CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB) STRICT");
  }

  void Run(const std::string& sql) {
    const absl::Status status = writer_.Execute(sql.c_str());
    EXPECT_TRUE(status.ok()) << sql << ": " << status;
  }
  // Rows of some 1,000 bytes.
  void Insert(int count) {
    Run(absl::StrCat("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ",
                     count, ") INSERT INTO t (b) SELECT randomblob(1000) FROM n"));
  }
  static int64_t Query(Database& database, const std::string& sql) {
    const absl::StatusOr<int64_t> value = database.QueryInteger(sql);
    EXPECT_TRUE(value.ok()) << value.status();
    return value.value_or(-1);
  }
  void ExpectSound(Database& database, int rows) {
    EXPECT_EQ(Query(database, "SELECT COUNT(*) FROM t"), rows);
    EXPECT_EQ(*database.QueryBytes("PRAGMA integrity_check"), "ok");
  }

  const std::string path_ = absl::StrCat(
      testing::TempDir(), "/", testing::UnitTest::GetInstance()->current_test_info()->name());
  Database writer_ = Database::Open(path_, Database::Use::kCreate).value();
};

// While it lives, no file of this process is read by SQLite: the reads fail with `error`.
class UnreadableDisk {
 public:
  explicit UnreadableDisk(int error) {
    error_ = error;
    for (const char* name : kCalls) Set(name, reinterpret_cast<sqlite3_syscall_ptr>(Fail));
  }
  ~UnreadableDisk() {
    for (const char* name : kCalls) Set(name, nullptr);
  }

 private:
  static constexpr const char* kCalls[] = {"read", "pread", "pread64"};
  static ssize_t Fail() {
    errno = error_;
    return -1;
  }
  static void Set(const char* name, sqlite3_syscall_ptr call) {
    sqlite3_vfs* vfs = sqlite3_vfs_find("unix");
    vfs->xSetSystemCall(vfs, name, call);
  }

  static inline int error_ = 0;
};

TEST_F(VfsTest, IsInPlace) { EXPECT_NE(LogVfs(), nullptr); }

TEST_F(VfsTest, CommitIsSeenByOthersAtOnceAlsoWithoutASync) {
  Run("PRAGMA synchronous = OFF");
  Database reader = Database::Open(path_, Database::Use::kRead).value();
  for (int rows = 1; rows <= 300; ++rows) {
    Insert(1);
    ASSERT_EQ(Query(reader, "SELECT COUNT(*) FROM t"), rows);
    ASSERT_EQ(Query(reader, "SELECT LENGTH(b) FROM t ORDER BY a DESC LIMIT 1"), 1000);
  }
  ExpectSound(reader, 300);
}

// Pages leave the cache and come back before the commit, some are written again in their places.
TEST_F(VfsTest, TransactionLargerThanTheCacheIsWholeAfterItsRollbacks) {
  Run("PRAGMA cache_size = 8");
  Insert(100);
  Run("BEGIN");
  Insert(2000);
  Run("SAVEPOINT s; UPDATE t SET b = randomblob(1000) WHERE a % 3 = 0");
  Run("ROLLBACK TO s; UPDATE t SET b = randomblob(900) WHERE a % 7 = 0; COMMIT");
  ExpectSound(writer_, 2100);
  Run("BEGIN");
  Insert(2000);
  Run("ROLLBACK");
  Insert(10);
  Database reader = Database::Open(path_, Database::Use::kRead).value();
  ExpectSound(reader, 2110);
  EXPECT_EQ(Query(reader, "SELECT COUNT(*) FROM t WHERE LENGTH(b) = 900"), 300);
}

// Else a log would be called damaged, which ends only when a backup is restored.
TEST_F(VfsTest, DiskThatCannotBeReadForAWhileIsNoDamage) {
  Run("PRAGMA cache_size = 8");
  Insert(2000);
  for (const bool in_the_wal : {true, false}) {
    if (!in_the_wal) {
      EXPECT_TRUE(writer_.EmptyWriteAheadLog().value_or(false));
    }
    for (const int error : {EIO, ENXIO, ERANGE, EACCES, ESTALE}) {
      Database reader = Database::Open(path_, Database::Use::kRead).value();
      EXPECT_EQ(Query(reader, "SELECT 1 FROM t LIMIT 1"), 1);
      for (Database* each : {&reader, &writer_}) {
        {
          const UnreadableDisk unreadable(error);
          EXPECT_TRUE(
              absl::IsUnavailable(each->QueryInteger("SELECT SUM(LENGTH(b)) FROM t").status()))
              << error << each->QueryInteger("SELECT SUM(LENGTH(b)) FROM t").status();
        }
        EXPECT_EQ(Query(*each, "SELECT SUM(LENGTH(b)) FROM t"), 2'000'000) << error;
      }
    }
  }
  ExpectSound(writer_, 2000);
}

}  // namespace
}  // namespace kyc::events
