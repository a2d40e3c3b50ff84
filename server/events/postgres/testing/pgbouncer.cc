#include "server/events/postgres/testing/pgbouncer.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"

namespace kyc::events::postgres {
namespace {

constexpr char kProgram[] = "/usr/sbin/pgbouncer";

std::string Text(const std::string& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string ConfigFile(const std::string& path, uint16_t port, uint16_t server_port,
                       const std::string& mode) {
  std::ofstream(path + ".ini") << "[databases]\n* = host=127.0.0.1 port=" << server_port
                               << " user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
                                  "listen_port = "
                               << port
                               << "\nunix_socket_dir =\nauth_type = any\npool_mode = " << mode
                               << "\n";
  return path + ".ini";
}

}  // namespace

PgBouncer::PgBouncer(uint16_t server_port, const std::string& mode)
    : port_(FreePort()),
      path_(absl::StrCat(testing::TempDir(), "/pgbouncer-", port_)),
      process_({kProgram, ConfigFile(path_, port_, server_port, mode)}, path_ + ".log") {
  EXPECT_TRUE(process_.AwaitSaid("process up")) << Text(path_ + ".log");
}

std::string PgBouncer::dsn() const {
  return absl::StrCat("host=127.0.0.1 port=", port_,
                      " dbname=postgres sslmode=disable user=postgres");
}

}  // namespace kyc::events::postgres
