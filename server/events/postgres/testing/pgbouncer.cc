#include "server/events/postgres/testing/pgbouncer.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/events/postgres/pq.h"
#include "server/events/postgres/testing/server_process.h"

namespace kyc::events::postgres {
namespace {

constexpr char kProgram[] = "/usr/sbin/pgbouncer";
constexpr absl::Duration kPatience = absl::Seconds(60);

std::string Text(const std::string& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

PgBouncer::PgBouncer(uint16_t server_port, const std::string& mode) : port_(FreePort()) {
  const std::string path = absl::StrCat(testing::TempDir(), "/pgbouncer-", port_);
  std::ofstream(path + ".ini") << "[databases]\n* = host=127.0.0.1 port=" << server_port
                               << " user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
                                  "listen_port = "
                               << port_
                               << "\nunix_socket_dir =\nauth_type = any\npool_mode = " << mode
                               << "\n";
  pid_ = SpawnServer({kProgram, path + ".ini"}, path + ".log");
  AwaitServing(path + ".log");
}

void PgBouncer::AwaitServing(const std::string& log) const {
  const absl::Time patience = absl::Now() + kPatience;
  while (!Connection::Open(HostsOf(dsn())->front(), Secret(), absl::Seconds(5)).ok()) {
    ASSERT_LT(absl::Now(), patience) << Text(log);
    absl::SleepFor(absl::Milliseconds(20));
  }
}

PgBouncer::~PgBouncer() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

std::string PgBouncer::dsn() const {
  return absl::StrCat("host=127.0.0.1 port=", port_,
                      " dbname=postgres sslmode=disable user=postgres");
}

}  // namespace kyc::events::postgres
