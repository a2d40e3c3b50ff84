// Real PostgreSQL servers for tests: a primary and its standbys on this machine.
#ifndef SERVER_EVENTS_POSTGRES_TESTING_POSTGRES_SERVERS_H_
#define SERVER_EVENTS_POSTGRES_TESTING_POSTGRES_SERVERS_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "server/events/postgres/pq.h"
#include "server/events/postgres/testing/server_process.h"

namespace kyc::events::postgres {

// One thread. Servers are killed by the destructor, and by the kernel if the test dies first.
//
// PostgreSQL refuses to run as root, and in Bazel's sandbox a test is root and can be nobody else:
// then each server runs in a user namespace of its own, in which root is `nobody`.
class PostgresServers {
 public:
  // Starts server 0 as the primary and `standbys` that follow it, whose names are s0, s1, ...
  // Commits wait for any one of them. `settings` are lines of postgresql.conf. With a small disk
  // each has one beside its own, until it ends.
  explicit PostgresServers(int standbys, const std::string& settings = "", int small_disk_mib = 0);
  ~PostgresServers();
  PostgresServers(const PostgresServers&) = delete;
  PostgresServers& operator=(const PostgresServers&) = delete;

  int count() const { return static_cast<int>(servers_.size()); }
  // Of all of them, by the superuser, without TLS.
  std::string dsn() const { return Dsn("postgres"); }
  std::string Dsn(const std::string& user) const;
  uint16_t port(int number) const { return At(number).port; }
  // Each one's application_name, of standbys.
  std::vector<std::string> names() const;
  std::string log(int number) const;
  // The folder where the small disk is, for a tablespace.
  std::string small_disk(int number) const { return At(number).folder + "-small"; }
  // All that its files hold, the write-ahead log and what it wrote for its operator too.
  std::string Stored(int number) const;

  // SIGKILL to all processes of a server, and waits for their end. Start begins it again with what
  // is on its disk, as what it was.
  void Kill(int number);
  void Start(int number);
  bool running(int number) const { return At(number).process != nullptr; }
  // SIGSTOP and SIGCONT to all its processes: its connections stay, and nothing comes over them.
  void Freeze(int number) const;
  void Thaw(int number) const;

  // CPU that all processes of all servers have used since they were started.
  double CpuSeconds() const;

  // Makes a standby the primary.
  void Promote(int number);
  // Has a standby follow another primary from now on; none with -1.
  void Follow(int number, int primary);
  // What an operator does once `dead` is gone for good: all standbys leave it, so that it can
  // acknowledge nothing more if it lives after all; the one that is furthest becomes the primary,
  // and the others follow it. Returns its number.
  int FailOver(int dead);
  // Makes a killed server begin again as a copy of `primary`, and follow it.
  void Rebuild(int number, int primary);

  // Runs one statement by the superuser on a server, and gives the first column of the first row as
  // text; a test failure if it fails.
  std::string Sql(int number, const std::string& statement,
                  const std::string& database = "postgres") const;
  // Asks again and again until it is so, as servers tell nobody of such things; a test failure if
  // it never is.
  void Await(int number, const std::string& condition) const;

 private:
  struct Server {
    std::string folder;
    uint16_t port = 0;
    std::unique_ptr<ServerProcess> process;  // Null while it does not run.
  };
  Server& At(int number) { return servers_[static_cast<size_t>(number)]; }
  const Server& At(int number) const { return servers_[static_cast<size_t>(number)]; }
  void Configure(const Server& server, const std::string& name, const std::string& settings) const;
  std::vector<pid_t> ProcessesOf(int number) const;
  void Signal(int number, int signal) const;
  // Null, after a test failure, if there is none.
  std::unique_ptr<Connection> Connect(int number, const std::string& database) const;

  std::vector<Server> servers_;
  const int small_disk_mib_;
};

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_TESTING_POSTGRES_SERVERS_H_
