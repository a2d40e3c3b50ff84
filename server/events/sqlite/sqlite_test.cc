#include "server/events/sqlite/sqlite.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "server/call/error.h"
#include "server/events/sqlite/sqlite_errors.h"

namespace kyc::events {
namespace {

using ::testing::TempDir;

std::string PathOf(const std::string& name) {
  return TempDir() + "/" + testing::UnitTest::GetInstance()->current_test_info()->name() + "-" +
         name;
}

Database OpenNew(const std::string& path) {
  absl::StatusOr<Database> database = Database::Open(path, Database::Use::kCreate);
  EXPECT_TRUE(database.ok()) << database.status();
  EXPECT_TRUE(database->UseWriteAheadLog().ok());
  return *std::move(database);
}

void ExpectUnavailable(const absl::Status& status, absl::string_view cause) {
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_EQ(ReasonOf(status), "LOG_UNAVAILABLE");
  EXPECT_TRUE(absl::StrContains(status.message(), cause)) << status;
}

TEST(SqliteTest, NewFileIsReadableByItsOwnerOnly) {
  const std::string path = PathOf("db");
  Database database = OpenNew(path);
  ASSERT_TRUE(database.Execute("CREATE TABLE t (a)").ok());
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat found;
    ASSERT_EQ(stat((path + suffix).c_str(), &found), 0) << suffix;
    EXPECT_EQ(found.st_mode & 0777, 0600u) << suffix;
  }
}

TEST(SqliteTest, CommitsAreSyncedAndDeletedDataOverwritten) {
  Database database = OpenNew(PathOf("db"));
  EXPECT_EQ(*database.QueryInteger("PRAGMA synchronous"), 2);
  EXPECT_EQ(*database.QueryInteger("PRAGMA secure_delete"), 1);
  EXPECT_EQ(*database.QueryBytes("PRAGMA journal_mode"), "wal");
}

TEST(SqliteTest, BoundValuesComeBack) {
  Database database = OpenNew(PathOf("db"));
  ASSERT_TRUE(database.Execute("CREATE TABLE t (a INTEGER, b BLOB, c BLOB) STRICT").ok());
  const std::string bytes("a\0b", 3);
  Statement insert = *database.Prepare("INSERT INTO t VALUES (?, ?, ?)");
  ASSERT_TRUE(insert.Bind(-5).Bind(bytes).Bind("").Run().ok());
  ASSERT_TRUE(insert.Bind(6).Bind("").BindNull().Run().ok());

  Statement query = *database.Prepare("SELECT a, b, c IS NULL FROM t ORDER BY a");
  ASSERT_TRUE(*query.Step());
  EXPECT_EQ(query.Integer(0), -5);
  EXPECT_EQ(query.Bytes(1), bytes);
  EXPECT_EQ(query.Integer(2), 0) << "no bytes are not NULL";
  ASSERT_TRUE(*query.Step());
  EXPECT_EQ(query.Integer(2), 1);
  EXPECT_FALSE(*query.Step());
}

TEST(SqliteTest, TransactionOutOfScopeIsRolledBack) {
  Database database = OpenNew(PathOf("db"));
  ASSERT_TRUE(database.Execute("CREATE TABLE t (a)").ok());
  {
    Transaction transaction = *Transaction::Begin(database, Transaction::Kind::kWrite);
    ASSERT_TRUE(database.Execute("INSERT INTO t VALUES (1)").ok());
  }
  EXPECT_EQ(*database.QueryInteger("SELECT COUNT(*) FROM t"), 0);
  Transaction transaction = *Transaction::Begin(database, Transaction::Kind::kWrite);
  ASSERT_TRUE(database.Execute("INSERT INTO t VALUES (1)").ok());
  ASSERT_TRUE(transaction.Commit().ok());
  EXPECT_EQ(*database.QueryInteger("SELECT COUNT(*) FROM t"), 1);
}

TEST(SqliteTest, ReadConnectionCannotWrite) {
  const std::string path = PathOf("db");
  Database writer = OpenNew(path);
  ASSERT_TRUE(writer.Execute("CREATE TABLE t (a)").ok());
  Database reader = *Database::Open(path, Database::Use::kRead);
  ExpectUnavailable(reader.Execute("INSERT INTO t VALUES (1)"), "read-only");
}

TEST(SqliteTest, WriteAheadLogIsBoundedAsSoonAsNoReadHoldsIt) {
  const std::string path = PathOf("db");
  Database writer = OpenNew(path);
  ASSERT_TRUE(writer.Execute("PRAGMA busy_timeout = 0; CREATE TABLE t (a)").ok());
  const auto wal_bytes = [&path] { return std::filesystem::file_size(path + "-wal"); };
  Database reader = *Database::Open(path, Database::Use::kRead);
  {
    Transaction read = *Transaction::Begin(reader, Transaction::Kind::kRead);
    ASSERT_TRUE(reader.QueryInteger("SELECT COUNT(*) FROM t").ok());
    ASSERT_TRUE(writer.Execute("INSERT INTO t VALUES (zeroblob(100000))").ok());
    EXPECT_TRUE(writer.BoundWriteAheadLog(1000).ok());
    EXPECT_GT(wal_bytes(), 100000u);
  }
  EXPECT_TRUE(writer.BoundWriteAheadLog(1'000'000).ok());
  EXPECT_GT(wal_bytes(), 100000u) << "it is within its bound";
  EXPECT_TRUE(writer.BoundWriteAheadLog(1000).ok());
  EXPECT_EQ(wal_bytes(), 0u);
  EXPECT_EQ(*reader.QueryInteger("SELECT COUNT(*) FROM t"), 1);
}

TEST(SqliteTest, FullFileIsUnavailable) {
  Database database = OpenNew(PathOf("db"));
  ASSERT_TRUE(database.Execute("CREATE TABLE t (a); PRAGMA max_page_count = 3").ok());
  ExpectUnavailable(database.Execute("INSERT INTO t VALUES (zeroblob(100000))"), "full");
  EXPECT_FALSE(database.in_transaction());
}

TEST(SqliteTest, SecondWriterIsUnavailable) {
  const std::string path = PathOf("db");
  Database first = OpenNew(path);
  ASSERT_TRUE(first.Execute("CREATE TABLE t (a); PRAGMA busy_timeout = 0").ok());
  Database second = *Database::Open(path, Database::Use::kWrite);
  ASSERT_TRUE(second.Execute("PRAGMA busy_timeout = 0").ok());
  Transaction transaction = *Transaction::Begin(first, Transaction::Kind::kWrite);
  ExpectUnavailable(Transaction::Begin(second, Transaction::Kind::kWrite).status(), "locked");
}

TEST(SqliteTest, FileThatIsNoDatabaseIsDamage) {
  const std::string path = PathOf("db");
  std::ofstream(path) << std::string(4096, 'x');
  const absl::Status status = Database::Open(path, Database::Use::kWrite).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_EQ(ReasonOf(status), "LOG_DAMAGED");
  EXPECT_EQ(DamageOf(status), "the file is not an SQLite database");
}

TEST(SqliteTest, AbsentFileOrDirectoryIsUnavailable) {
  ExpectUnavailable(Database::Open(PathOf("absent"), Database::Use::kWrite).status(),
                    "cannot be opened");
  ExpectUnavailable(Database::Open(PathOf("none/db"), Database::Use::kCreate).status(),
                    "cannot be opened");
}

TEST(SqliteTest, OurOwnMistakeIsABug) {
  Database database = OpenNew(PathOf("db"));
  const absl::Status status = database.Execute("SELECT * FROM secrets_of_somebody");
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(ReasonOf(status), "GATEWAY_BUG");
  EXPECT_FALSE(absl::StrContains(status.message(), "secrets")) << status;
}

TEST(SqliteTest, StatementBeyondItsTimeIsUnavailable) {
  Database database = OpenNew(PathOf("db"));
  const char* endless =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n";
  database.LimitTime(absl::ZeroDuration());
  ExpectUnavailable(database.QueryInteger(endless).status(), "too long");
  database.LimitTime(absl::Minutes(1));
  EXPECT_EQ(*database.QueryInteger("SELECT 7"), 7);
}

}  // namespace
}  // namespace kyc::events
