#include "server/net/open_connections.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/net/listen_socket.h"

namespace kyc::net {
namespace {

// A peer that is connected, as listen_socket's own address says.
int ConnectTo(int listens) {
  sockaddr_storage address = {};
  socklen_t size = sizeof(address);
  getsockname(listens, reinterpret_cast<sockaddr*>(&address), &size);
  const int peer = socket(address.ss_family, SOCK_STREAM, 0);
  EXPECT_EQ(connect(peer, reinterpret_cast<sockaddr*>(&address), size), 0);
  return peer;
}

TEST(OpenConnectionsTest, AreThoseThatCameInAndWereNotClosed) {
  std::string folder = "/tmp/kyc-XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const std::string path = absl::StrCat(folder, "/s");
  for (const std::string& address : {std::string("127.0.0.1:0"), absl::StrCat("unix:", path)}) {
    SCOPED_TRACE(address);
    absl::StatusOr<ListenSocket> socket = ListenSocket::Open(address);
    ASSERT_TRUE(socket.ok()) << socket.status();
    const LocalEnd here = socket->port() != 0 ? LocalEnd{socket->port(), ""} : LocalEnd{0, path};
    const LocalEnd elsewhere = {1, ""};
    EXPECT_FALSE(HasConnectionsAt({here, elsewhere})) << "one that listens is none";
    const int listens = std::move(*socket).Release();
    const int peer = ConnectTo(listens);
    EXPECT_FALSE(HasConnectionsAt({here, elsewhere})) << "only the peer's end is here yet";
    const int accepted = accept(listens, nullptr, nullptr);
    EXPECT_TRUE(HasConnectionsAt({elsewhere, here}));
    EXPECT_FALSE(HasConnectionsAt({elsewhere}));
    close(accepted);
    EXPECT_FALSE(HasConnectionsAt({here, elsewhere}));
    close(peer);
    close(listens);
  }
  unlink(path.c_str());
  rmdir(folder.c_str());
}

}  // namespace
}  // namespace kyc::net
