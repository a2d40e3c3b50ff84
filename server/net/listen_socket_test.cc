#include "server/net/listen_socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "server/net/descriptor.h"

namespace kyc::net {
namespace {

std::string AddressOf(const ListenSocket& socket) {
  return absl::StrCat("127.0.0.1:", socket.port());
}

absl::Status Refusal(const std::string& address) { return ListenSocket::Open(address).status(); }

TEST(ListenSocket, PeersWaitUntilSomebodyServes) {
  const auto socket = ListenSocket::Open("127.0.0.1:0");
  ASSERT_TRUE(socket.ok()) << socket.status();
  EXPECT_EQ(socket->family(), AF_INET);
  const int peer = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at = {};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons(socket->port());
  EXPECT_EQ(connect(peer, reinterpret_cast<sockaddr*>(&at), sizeof(at)), 0);
  close(peer);
}

TEST(ListenSocket, TheSystemsOwnErrorIsTold) {
  const auto first = ListenSocket::Open("127.0.0.1:0");
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(Refusal(AddressOf(*first)),
            absl::UnavailableError(absl::StrCat(
                "cannot listen on ", AddressOf(*first),
                ": Address already in use, by another program or by another gateway")));
  // TEST-NET-1: nobody has it.
  EXPECT_EQ(Refusal("192.0.2.1:0"),
            absl::UnavailableError("cannot listen on 192.0.2.1:0: Cannot assign requested address, "
                                   "this machine has no such address"));
}

TEST(ListenSocket, WhetherSomebodyTakesConnectionsIsFoundOut) {
  constexpr absl::Duration kPatience = absl::Seconds(20);
  std::string address;
  {
    const auto socket = ListenSocket::Open("127.0.0.1:0");
    ASSERT_TRUE(socket.ok()) << socket.status();
    address = AddressOf(*socket);
    EXPECT_TRUE(IsServed(address, kPatience));
  }
  EXPECT_FALSE(IsServed(address, kPatience));
  EXPECT_FALSE(IsServed("localhost:1", kPatience)) << "not numeric";
  EXPECT_FALSE(IsServed("unix:/nowhere/socket", kPatience));
}

TEST(ListenSocket, OnlyNumericAddressesArePassed) {
  EXPECT_EQ(Refusal("localhost"),
            absl::UnavailableError("cannot listen on localhost: not address:port"));
  EXPECT_EQ(Refusal("localhost:0"),
            absl::UnavailableError("cannot listen on localhost:0: Name or service not known"));
}

TEST(ListenSocket, AddressIsFreeAgainOnceItIsGone) {
  std::string address;
  {
    const auto first = ListenSocket::Open("127.0.0.1:0");
    ASSERT_TRUE(first.ok()) << first.status();
    address = AddressOf(*first);
  }
  auto second = ListenSocket::Open(address);
  ASSERT_TRUE(second.ok()) << second.status();
  const int descriptor = (*std::move(second)).Release();
  EXPECT_FALSE(ListenSocket::Open(address).ok()) << "the descriptor lives on";
  close(descriptor);
}

TEST(ListenSocket, PathIsTheOwnersAndGroupsAndForsakenOnesAreReplaced) {
  std::string folder = "/tmp/kyc-XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const std::string address = absl::StrCat("unix:", folder, "/s");
  {
    const auto first = ListenSocket::Open(address);
    ASSERT_TRUE(first.ok()) << first.status();
    EXPECT_EQ(first->family(), AF_UNIX);
    EXPECT_EQ(first->port(), 0);
    struct stat found {};
    ASSERT_EQ(stat(address.c_str() + 5, &found), 0);
    EXPECT_EQ(found.st_mode & 07777, 0660u);
    EXPECT_EQ(Refusal(address),
              absl::UnavailableError(absl::StrCat(
                  "cannot listen on ", address,
                  ": Address already in use, by another program or by another gateway")));
  }
  EXPECT_TRUE(ListenSocket::Open(address).ok());
  EXPECT_EQ(Refusal("unix:/no/such/folder/s"),
            absl::UnavailableError(
                "cannot listen on unix:/no/such/folder/s: No such file or directory, the "
                "folder must be there"));
}

sockaddr_un AtPath(absl::string_view path) {
  sockaddr_un at = {};
  at.sun_family = AF_UNIX;
  path.copy(at.sun_path, path.size());
  return at;
}

Descriptor BoundTo(const sockaddr_un& at) {
  Descriptor made(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(bind(made.get(), reinterpret_cast<const sockaddr*>(&at), sizeof(at)), 0);
  return made;
}

// Else the second of two that find a forsaken socket at once removes what the first has bound.
TEST(ListenSocket, WhoReplacesAForsakenPathIsAloneInItsFolder) {
  std::string folder = "/tmp/kyc-XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const std::string path = folder + "/s";
  const sockaddr_un at = AtPath(path);
  for (int round = 0; round < 20; ++round) {
    { const Descriptor forsaken = BoundTo(at); }
    Descriptor first_gateways(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ASSERT_EQ(flock(first_gateways.get(), LOCK_EX), 0);
    absl::Notification begun;
    absl::Status second;
    std::thread second_gateway([&] {
      begun.Notify();
      second = ListenSocket::Open("unix:" + path).status();
    });
    begun.WaitForNotification();
    for (int i = 0; i < 100; ++i) std::this_thread::yield();
    unlink(path.c_str());
    const Descriptor first = BoundTo(at);
    ASSERT_EQ(listen(first.get(), 1), 0);
    first_gateways.Close();
    second_gateway.join();
    EXPECT_FALSE(second.ok());
    unlink(path.c_str());
  }
}

}  // namespace
}  // namespace kyc::net
