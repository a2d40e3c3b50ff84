#include "tests/support/tinyproxy.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "tests/support/files.h"
#include "tests/support/local_listener.h"

namespace kyc::tests {
namespace {

constexpr char kProgram[] = "/usr/bin/tinyproxy";

uint16_t FreePort() {
  uint16_t port = 0;
  close(ListenLocally(port));
  return port;
}

std::string ConfigFile(uint16_t port, bool connect_to_no_port) {
  const std::string path = absl::StrCat(MakeFolder("tinyproxy"), "/tinyproxy.conf");
  // Without a ConnectPort it allows all.
  WriteFile(path,
            absl::StrCat("Port ", port, "\nListen 127.0.0.1\nTimeout 60\nMaxClients 50\n",
                         "LogLevel Info\nBasicAuth ", Tinyproxy::kUser, " ", Tinyproxy::kPassword,
                         "\n", connect_to_no_port ? "ConnectPort 1\n" : ""));
  return path;
}

}  // namespace

Tinyproxy::Tinyproxy(Options options)
    : port_(FreePort()),
      process_(kProgram, {"-d", "-c", ConfigFile(port_, options.connect_to_no_port)}) {
  EXPECT_EQ(access(kProgram, X_OK), 0) << "no tinyproxy here: tools/install test brings it";
  EXPECT_TRUE(process_.AwaitOutput("Accepting connections"));
}

std::string Tinyproxy::url() const { return absl::StrCat("http://127.0.0.1:", port_); }

int Tinyproxy::Tunnels() const {
  const std::string log = process_.StandardOutput();
  int tunnels = 0;
  for (size_t at = log.find("): CONNECT "); at != log.npos; at = log.find("): CONNECT ", at + 1)) {
    ++tunnels;
  }
  return tunnels;
}

}  // namespace kyc::tests
