#include "server/events/postgres/testing/postgres_servers.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tools/benchmarks/process_cpu.h"

namespace kyc::events::postgres {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(60);
constexpr char kPrograms[] = "/usr/lib/postgresql/15/bin/";

void RunProgram(const std::vector<std::string>& command) {
  const std::string log = absl::StrCat(testing::TempDir(), "/program-", getpid(), ".log");
  if (ServerProcess(command, log).AwaitEnd() == 0) return;
  std::ifstream file(log);
  ADD_FAILURE() << command.front() << ": " << std::string(std::istreambuf_iterator<char>(file), {});
}

std::string NewFolder() {
  static int count = 0;
  return absl::StrCat(testing::TempDir(), "/postgres-", getpid(), "-", ++count);
}

// An empty database system, made once for all tests of a process.
const std::string& Template() {
  static const std::string* folder = [] {
    auto* made = new std::string(NewFolder());
    RunProgram({absl::StrCat(kPrograms, "initdb"), "-D", *made, "-U", "postgres", "-A", "trust",
                "-E", "UTF8", "--locale=C", "--data-checksums", "--no-sync", "--no-instructions"});
    return made;
  }();
  return *folder;
}

void Copy(const std::string& from, const std::string& to) {
  RunProgram({"/bin/rm", "-rf", to});
  RunProgram({"/bin/cp", "-a", from, to});
}

// The first column of the first row, as text.
absl::StatusOr<std::string> Ask(Connection& connection, const std::string& statement) {
  Trip trip;
  trip.Add(std::string(statement));
  const absl::StatusOr<std::vector<Rows>> answers = connection.Run(trip, kPatience);
  if (!answers.ok()) return answers.status();
  const Rows& rows = answers->front();
  return rows.size() > 0 ? std::string(rows.Bytes(0, 0)) : "";
}

}  // namespace

PostgresServers::PostgresServers(int standbys, const std::string& settings, int small_disk_mib)
    : servers_(static_cast<size_t>(standbys) + 1), small_disk_mib_(small_disk_mib) {
  for (Server& server : servers_) server = {NewFolder(), FreePort(), nullptr};
  for (int number = 0; number < count(); ++number) {
    const Server& server = At(number);
    Copy(Template(), server.folder);
    Configure(server, absl::StrCat("s", number), settings);
    if (number > 0) std::ofstream(server.folder + "/standby.signal");
  }
  for (int number = 0; number < count(); ++number) Start(number);
  for (int number = 1; number < count(); ++number) {
    Await(0, absl::StrCat("(SELECT count(*) = 1 FROM pg_stat_replication WHERE state = "
                          "'streaming' AND application_name = 's",
                          number, "')"));
  }
}

PostgresServers::~PostgresServers() {
  for (int number = 0; number < count(); ++number) {
    if (running(number)) Kill(number);
  }
}

void PostgresServers::Configure(const Server& server, const std::string& name,
                                const std::string& settings) const {
  std::ofstream config(server.folder + "/postgresql.conf", std::ios::app);
  config << "port = " << server.port
         << "\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n"
            "max_connections = 100\nshared_buffers = 16MB\ndynamic_shared_memory_type = mmap\n"
            "wal_level = replica\nhot_standby = on\nwal_log_hints = on\nwal_keep_size = '64MB'\n"
            "wal_retrieve_retry_interval = '100ms'\nwal_receiver_status_interval = '1s'\n"
            "recovery_target_timeline = 'latest'\nmax_wal_size = '256MB'\n"
            "cluster_name = '"
         << name
         << "'\n"
            "primary_conninfo = 'host=127.0.0.1 port="
         << servers_[0].port << " user=postgres application_name=" << name << "'\n";
  if (count() > 1) {
    config << "synchronous_standby_names = 'ANY 1 (" << absl::StrJoin(names(), ",") << ")'\n";
  }
  config << settings << "\n";
}

std::string PostgresServers::Dsn(const std::string& user) const {
  std::vector<std::string> hosts(servers_.size(), "127.0.0.1");
  std::vector<std::string> ports;
  for (const Server& server : servers_) ports.push_back(absl::StrCat(server.port));
  return absl::StrCat("host=", absl::StrJoin(hosts, ","), " port=", absl::StrJoin(ports, ","),
                      " dbname=postgres sslmode=disable user=", user);
}

std::vector<std::string> PostgresServers::names() const {
  std::vector<std::string> names;
  for (int number = 0; number < count(); ++number) names.push_back(absl::StrCat("s", number));
  return names;
}

std::string PostgresServers::log(int number) const {
  std::ifstream file(At(number).folder + ".log");
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string PostgresServers::Stored(int number) const {
  namespace fs = std::filesystem;
  std::string stored = log(number);
  const fs::path folder = At(number).folder;
  std::error_code gone;  // The server goes on: what is gone is not looked at.
  for (fs::recursive_directory_iterator at(folder, gone), end; at != end; at.increment(gone)) {
    if (!at->is_regular_file(gone)) continue;
    std::ifstream file(at->path(), std::ios::binary);
    stored.append(std::istreambuf_iterator<char>(file), {});
  }
  return stored;
}

// They are in groups of their own, all children of the first.
std::vector<pid_t> PostgresServers::ProcessesOf(int number) const {
  const pid_t pid = At(number).process->pid();
  std::ifstream file(absl::StrCat("/proc/", pid, "/task/", pid, "/children"));
  std::vector<pid_t> processes = {pid};
  processes.insert(processes.end(), std::istream_iterator<pid_t>(file), {});
  return processes;
}

void PostgresServers::Signal(int number, int signal) const {
  for (const pid_t process : ProcessesOf(number)) kill(process, signal);
}

double PostgresServers::CpuSeconds() const {
  int64_t ticks = 0;
  for (int number = 0; number < count(); ++number) {
    if (!running(number)) continue;
    for (const pid_t process : ProcessesOf(number)) ticks += bench::CpuTicks(process);
  }
  return bench::SecondsOf(ticks);
}

void PostgresServers::Kill(int number) {
  Signal(number, SIGKILL);
  At(number).process->AwaitEnd();
  At(number).process.reset();
}

void PostgresServers::Start(int number) {
  Server& server = At(number);
  const SmallDisk disk = {small_disk(number), small_disk_mib_};
  if (disk.mib > 0) mkdir(disk.folder.c_str(), 0700);
  unlink((server.folder + "/postmaster.pid").c_str());
  server.process = std::make_unique<ServerProcess>(
      std::vector<std::string>{absl::StrCat(kPrograms, "postgres"), "-D", server.folder},
      server.folder + ".log", disk);
  ASSERT_TRUE(server.process->AwaitSaid("ready to accept")) << log(number);
}

void PostgresServers::Freeze(int number) const { Signal(number, SIGSTOP); }

void PostgresServers::Thaw(int number) const { Signal(number, SIGCONT); }

void PostgresServers::Promote(int number) {
  Sql(number, "SELECT pg_promote()::text");
  Await(number, "NOT pg_is_in_recovery()");
}

void PostgresServers::Follow(int number, int primary) {
  const std::string conninfo = primary < 0
                                   ? ""
                                   : absl::StrCat("host=127.0.0.1 port=", port(primary),
                                                  " user=postgres application_name=s", number);
  Sql(number, absl::StrCat("ALTER SYSTEM SET primary_conninfo = '", conninfo, "'"));
  Sql(number, "SELECT pg_reload_conf()::text");
  if (primary < 0) Await(number, "(SELECT count(*) = 0 FROM pg_stat_wal_receiver)");
}

int PostgresServers::FailOver(int dead) {
  int best = -1;
  int64_t furthest = -1;
  for (int number = 0; number < count(); ++number) {
    if (number == dead || !running(number)) continue;
    Follow(number, -1);
    int64_t at = 0;
    EXPECT_TRUE(absl::SimpleAtoi(Sql(number,
                                     "SELECT (greatest(pg_last_wal_receive_lsn(), "
                                     "pg_last_wal_replay_lsn()) - '0/0'::pg_lsn)::text"),
                                 &at));
    if (at > furthest) {
      furthest = at;
      best = number;
    }
  }
  Promote(best);
  for (int number = 0; number < count(); ++number) {
    if (number != dead && number != best && running(number)) Follow(number, best);
  }
  return best;
}

void PostgresServers::Rebuild(int number, int primary) {
  const Server& server = At(number);
  RunProgram({"/bin/rm", "-rf", server.folder});
  RunProgram({absl::StrCat(kPrograms, "pg_basebackup"), "-D", server.folder, "-h", "127.0.0.1",
              "-p", absl::StrCat(port(primary)), "-U", "postgres", "-c", "fast", "-X", "stream"});
  std::ofstream(server.folder + "/standby.signal");
  std::ofstream config(server.folder + "/postgresql.auto.conf", std::ios::app);
  config << "port = " << server.port << "\ncluster_name = 's" << number
         << "'\nprimary_conninfo = 'host=127.0.0.1 port=" << port(primary)
         << " user=postgres application_name=s" << number << "'\n";
  config.close();
  Start(number);
}

std::unique_ptr<Connection> PostgresServers::Connect(int number,
                                                     const std::string& database) const {
  const Keywords host = {{"host", "127.0.0.1"},
                         {"port", absl::StrCat(port(number))},
                         {"user", "postgres"},
                         {"dbname", database},
                         {"sslmode", "disable"}};
  // One that is full, or has lost a process by a crash, takes connections again soon.
  const absl::Time patience = absl::Now() + kPatience;
  for (;;) {
    auto connection = Connection::Open(host, Secret(), absl::Seconds(5));
    if (connection.ok()) return *std::move(connection);
    if (absl::Now() < patience) continue;
    ADD_FAILURE() << connection.status();
    return nullptr;
  }
}

std::string PostgresServers::Sql(int number, const std::string& statement,
                                 const std::string& database) const {
  const std::unique_ptr<Connection> connection = Connect(number, database);
  if (connection == nullptr) return "";
  absl::StatusOr<std::string> answer = Ask(*connection, statement);
  EXPECT_TRUE(answer.ok()) << statement << ": " << answer.status();
  return answer.ok() ? *std::move(answer) : "";
}

void PostgresServers::Await(int number, const std::string& condition) const {
  const absl::Time patience = absl::Now() + kPatience;
  const std::unique_ptr<Connection> connection = Connect(number, "postgres");
  ASSERT_NE(connection, nullptr);
  for (absl::StatusOr<std::string> is = ""; *is != "true";) {
    is = Ask(*connection, absl::StrCat("SELECT (", condition, ")::text"));
    ASSERT_TRUE(is.ok()) << condition << ": " << is.status();
    ASSERT_LT(absl::Now(), patience) << condition << "\n" << log(number);
  }
}

}  // namespace kyc::events::postgres
