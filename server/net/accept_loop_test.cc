#include "server/net/accept_loop.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "server/call/testing/fake_metrics.h"

namespace kyc::net {
namespace {

// Remembers what it was told, and lets a test wait for it.
class Counts : public FakeMetrics {
 public:
  void ConnectionCame(absl::string_view, absl::string_view result) override {
    const absl::MutexLock lock(&mutex_);
    ++came_[std::string(result)];
  }
  void ConnectionsOpen(absl::string_view, int64_t open, int64_t waiting) override {
    const absl::MutexLock lock(&mutex_);
    open_ = open;
    waiting_ = waiting;
  }
  // Gives up with the test's time.
  void Await(const std::string& result, int times) {
    const absl::MutexLock lock(&mutex_);
    const auto enough = [&] { return came_[result] >= times; };
    mutex_.Await(absl::Condition(&enough));
  }
  void AwaitOpen(int64_t open, int64_t waiting) {
    const absl::MutexLock lock(&mutex_);
    const auto so = [&] { return open_ == open && waiting_ == waiting; };
    mutex_.Await(absl::Condition(&so));
  }
  std::map<std::string, int> came() {
    const absl::MutexLock lock(&mutex_);
    return came_;
  }

 private:
  absl::Mutex mutex_;
  std::map<std::string, int> came_;
  int64_t open_ = 0, waiting_ = 0;
};

// Connects from that address of this machine.
Descriptor Connect(uint16_t port, const char* from = "127.0.0.1") {
  Descriptor peer(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in at = {};
  at.sin_family = AF_INET;
  inet_pton(AF_INET, from, &at.sin_addr);
  EXPECT_EQ(bind(peer.get(), reinterpret_cast<sockaddr*>(&at), sizeof(at)), 0);
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(peer.get(), reinterpret_cast<sockaddr*>(&at), sizeof(at)), 0);
  return peer;
}

// Whether the other side has closed it; blocks until that or a byte.
bool IsClosed(const Descriptor& peer) {
  char byte;
  return recv(peer.get(), &byte, 1, 0) <= 0;
}

class AcceptLoopTest : public testing::Test {
 protected:
  ~AcceptLoopTest() override { loop_.reset(); }

  void Start(ConnectionLimits limits, const std::string& address = "127.0.0.1:0") {
    Make(limits, address);
    loop_->Start();
  }
  void Make(ConnectionLimits limits, const std::string& address = "127.0.0.1:0") {
    auto socket = ListenSocket::Open(address);
    ASSERT_TRUE(socket.ok()) << socket.status();
    port_ = socket->port();
    std::vector<AcceptLoop::Listener> listeners;
    listeners.push_back(
        {.socket = *std::move(socket), .serve = [this](int connection, const std::string&) {
           const absl::MutexLock lock(&mutex_);
           send(connection, "!", 1, MSG_NOSIGNAL);
           served_.emplace_back(connection);
           return true;
         }});
    auto loop = AcceptLoop::Make("test", std::move(listeners), limits, counts_);
    ASSERT_TRUE(loop.ok()) << loop.status();
    loop_ = *std::move(loop);
  }
  // As libgrpc does.
  void EndServed() {
    const absl::MutexLock lock(&mutex_);
    for (const Descriptor& connection : served_) shutdown(connection.get(), SHUT_RDWR);
    served_.clear();
  }

  Counts counts_;
  absl::Mutex mutex_;
  std::vector<Descriptor> served_;
  uint16_t port_ = 0;
  std::unique_ptr<AcceptLoop> loop_;
};

TEST_F(AcceptLoopTest, WhoComesIsServedAndHisEndIsSeen) {
  Start({});
  const Descriptor first = Connect(port_), second = Connect(port_);
  EXPECT_FALSE(IsClosed(first));
  EXPECT_FALSE(IsClosed(second));
  counts_.AwaitOpen(2, 0);
  EndServed();
  counts_.AwaitOpen(0, 0);
  EXPECT_TRUE(IsClosed(first));
  EXPECT_EQ(counts_.came(), (std::map<std::string, int>{{"served", 2}}));
}

TEST_F(AcceptLoopTest, NoMoreThanInAll) {
  Start({.in_all = 3, .of_a_source = 3});
  std::vector<Descriptor> three;
  for (int i = 0; i < 3; ++i) three.push_back(Connect(port_));
  counts_.Await("served", 3);
  EXPECT_TRUE(IsClosed(Connect(port_, "127.0.0.2")));
  EXPECT_EQ(counts_.came()["full"], 1);
  EndServed();
  counts_.AwaitOpen(0, 0);
  EXPECT_FALSE(IsClosed(Connect(port_, "127.0.0.2")));
}

TEST_F(AcceptLoopTest, OneSourceLeavesTheOthersTheirHalf) {
  Start({.in_all = 10});
  std::vector<Descriptor> crowd;
  for (int i = 0; i < 20; ++i) crowd.push_back(Connect(port_));
  counts_.Await("source_full", 15);
  const Descriptor other = Connect(port_, "127.0.0.2");
  EXPECT_FALSE(IsClosed(other));
  counts_.Await("served", 6);
  EXPECT_EQ(counts_.came()["source_full"], 15);
}

TEST_F(AcceptLoopTest, ACrowdOfOneSourceWaitsAndItsLineIsShort) {
  Start({.in_all = 1000, .of_a_source = 500, .a_second = 1, .in_one_go = 1});
  std::vector<Descriptor> crowd;
  while (counts_.came()["line_full"] == 0) crowd.push_back(Connect(port_));
  EXPECT_TRUE(IsClosed(crowd.back()));
  EXPECT_FALSE(IsClosed(Connect(port_, "127.0.0.2")));
}

TEST_F(AcceptLoopTest, WhoGoesWhileHeWaitsLeavesHisPlace) {
  Start({.in_all = 1000, .of_a_source = 500, .a_second = 1, .in_one_go = 1});
  const Descriptor first = Connect(port_);
  {
    const Descriptor second = Connect(port_);
    counts_.AwaitOpen(2, 1);
  }
  counts_.AwaitOpen(1, 0);
  EXPECT_EQ(counts_.came(), (std::map<std::string, int>{{"gone", 1}, {"served", 1}}));
}

TEST_F(AcceptLoopTest, WhoWaitsWhenItStopsIsServedAndNobodyAfterHim) {
  Start({.in_all = 1000, .of_a_source = 500, .a_second = 1, .in_one_go = 1});
  const Descriptor first = Connect(port_), second = Connect(port_);
  counts_.AwaitOpen(2, 1);
  loop_->StopAccepting();
  EXPECT_FALSE(IsClosed(second));
  const Descriptor late(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in at = {};
  at.sin_family = AF_INET;
  at.sin_port = htons(port_);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_NE(connect(late.get(), reinterpret_cast<sockaddr*>(&at), sizeof(at)), 0);
  EndServed();
  counts_.AwaitOpen(0, 0);  // Ends are still seen.
}

TEST_F(AcceptLoopTest, WhoWaitsInTheKernelWhenItStopsIsServed) {
  Make({.in_all = 1000, .of_a_source = 1000, .a_second = 1000, .in_one_go = 1000});
  std::vector<Descriptor> crowd;
  for (int i = 0; i < 300; ++i) crowd.push_back(Connect(port_));
  loop_->Start();
  loop_->StopAccepting();
  for (const Descriptor& peer : crowd) EXPECT_FALSE(IsClosed(peer));
  EXPECT_EQ(counts_.came(), (std::map<std::string, int>{{"served", 300}}));
}

TEST(AcceptLoop, IsNotMadeWithoutItsDescriptors) {
  auto socket = ListenSocket::Open("127.0.0.1:0");
  ASSERT_TRUE(socket.ok()) << socket.status();
  std::vector<AcceptLoop::Listener> listeners;
  listeners.push_back(
      {.socket = *std::move(socket), .serve = [](int, const std::string&) { return false; }});
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit before = limit;
  limit.rlim_cur = 0;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  Counts counts;
  const auto made = AcceptLoop::Make("test", std::move(listeners), {}, counts);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(made.status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(AcceptLoopTest, RunsOutOfDescriptorsAndServesAgain) {
  Start({});
  std::vector<Descriptor> all;
  for (int i = 0; i < 10; ++i) all.push_back(Connect(port_));
  counts_.Await("served", 10);
  // Peers first: what is left is for the loop's side alone.
  std::vector<Descriptor> waiting;
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit before = limit;
  for (int i = 0; i < 20; ++i) waiting.emplace_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  limit.rlim_cur = static_cast<rlim_t>(dup(0));
  close(static_cast<int>(limit.rlim_cur));
  ++limit.rlim_cur;  // One more is left: for a connection, and none for its duplicate.
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  sockaddr_in at = {};
  at.sin_family = AF_INET;
  at.sin_port = htons(port_);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (const Descriptor& peer : waiting) {
    ASSERT_EQ(connect(peer.get(), reinterpret_cast<sockaddr*>(&at), sizeof(at)), 0);
  }
  counts_.Await("no_descriptor", 20);
  for (const Descriptor& peer : waiting) EXPECT_TRUE(IsClosed(peer));
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_FALSE(IsClosed(Connect(port_)));
}

TEST_F(AcceptLoopTest, ASocketInTheFileSystem) {
  char folder[] = "/tmp/accept_loop_test.XXXXXX";  // The longest path is short.
  ASSERT_NE(mkdtemp(folder), nullptr);
  const std::string path = absl::StrCat(folder, "/socket");
  Start({}, absl::StrCat("unix:", path));
  const Descriptor peer(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un at = {};
  at.sun_family = AF_UNIX;
  path.copy(at.sun_path, path.size());
  ASSERT_EQ(connect(peer.get(), reinterpret_cast<sockaddr*>(&at), sizeof(at)), 0);
  EXPECT_FALSE(IsClosed(peer));
  counts_.AwaitOpen(1, 0);
  EndServed();
  counts_.AwaitOpen(0, 0);
  loop_.reset();
  EXPECT_EQ(rmdir(folder), 0) << "the socket goes with its listener";
}

}  // namespace
}  // namespace kyc::net
