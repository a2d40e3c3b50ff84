#include "server/net/inherited.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/net/listen_socket.h"

namespace kyc::net {
namespace {

class InheritedTest : public testing::Test {
 protected:
  // The first three descriptors after the usual ones: two that listen, and a pipe's end.
  InheritedTest() {
    auto a = ListenSocket::Open("127.0.0.1:0");
    auto b = ListenSocket::Open("127.0.0.1:0");
    EXPECT_TRUE(a.ok() && b.ok());
    port_ = b->port();
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    Place(std::move(*a).Release(), 3);
    Place(std::move(*b).Release(), 4);
    Place(ends[0], 5);
    Say(absl::StrCat(getpid()), "3", "grpc:webhook:pipe");
  }
  ~InheritedTest() override {
    for (const int number : {3, 4, 5}) close(number);
    for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) unsetenv(name);
  }
  static void Place(int from, int to) {
    if (from == to) return;
    EXPECT_EQ(dup2(from, to), to);
    if (from > 5) close(from);
  }
  static void Say(const std::string& pid, const char* count, const char* names) {
    setenv("LISTEN_PID", pid.c_str(), 1);
    setenv("LISTEN_FDS", count, 1);
    setenv("LISTEN_FDNAMES", names, 1);
  }
  static bool Refused(absl::string_view name, absl::string_view why) {
    const auto found = Inherited(name);
    return !found.ok() && absl::StrContains(found.status().message(), why);
  }

  uint16_t port_ = 0;
};

TEST_F(InheritedTest, IsFoundByItsNameAndIsOurs) {
  const auto found = Inherited("webhook");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->get(), 4);
  EXPECT_EQ(fcntl(4, F_GETFD), FD_CLOEXEC);
  EXPECT_NE(fcntl(4, F_GETFL) & O_NONBLOCK, 0);
}

TEST_F(InheritedTest, IsListenedOn) {
  const auto socket = ListenSocket::Open("systemd:webhook");
  ASSERT_TRUE(socket.ok()) << socket.status();
  EXPECT_EQ(socket->port(), port_);
  EXPECT_EQ(ListenSocket::Open("systemd:other").status(),
            absl::UnavailableError("cannot listen on systemd:other: no socket of that name was "
                                   "passed: give it one by FileDescriptorName= in a .socket unit"));
}

TEST_F(InheritedTest, EachFaultIsTold) {
  EXPECT_TRUE(Refused("other", "no socket of that name"));
  EXPECT_TRUE(Refused("pipe", "no listening stream socket"));
  Say(absl::StrCat(getpid()), "2", "grpc:grpc");
  EXPECT_TRUE(Refused("grpc", "more than one"));
  Say(absl::StrCat(getpid()), "1", "grpc:webhook");
  EXPECT_TRUE(Refused("webhook", "no socket of that name")) << "only one was passed";
  Say(absl::StrCat(getpid() + 1), "3", "grpc:webhook:pipe");
  EXPECT_TRUE(Refused("grpc", "no socket of that name")) << "they are another process's";
  Say(absl::StrCat(getpid()), "-1", "grpc");
  EXPECT_TRUE(Refused("grpc", "no socket of that name"));
  unsetenv("LISTEN_FDNAMES");
  EXPECT_TRUE(Refused("grpc", "no socket of that name"));
}

}  // namespace
}  // namespace kyc::net
