// Hosts whose addresses must be asked for: by one look-up for all who wait, however long it takes.
//
// The resolver is the test's own: this program's getaddrinfo stands in for libc's.
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <condition_variable>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/call/steady_now.h"
#include "server/upstream/curl_loop.h"
#include "server/upstream/resolver.h"
#include "server/upstream/testing/fake_upstream.h"
#include "server/upstream/testing/test_client.h"

namespace {

// What the resolver does. Thread-safe.
class Names {
 public:
  void Set(const std::string& host, std::vector<std::string> addresses) {
    std::lock_guard lock(mutex_);
    addresses_[host] = std::move(addresses);
    changed_.notify_all();
  }
  // Look-ups of a host that is not Set hang until it is; of one that is set to none, fail.
  std::vector<std::string> Get(const std::string& host) {
    std::unique_lock lock(mutex_);
    ++asked_[host];
    changed_.notify_all();
    changed_.wait(lock, [&] { return addresses_.count(host) > 0; });
    return addresses_[host];
  }
  int asked(const std::string& host) {
    std::lock_guard lock(mutex_);
    return asked_[host];
  }
  void AwaitAsked(const std::string& host, int times = 1) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return asked_[host] >= times; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::vector<std::string>> addresses_;  // Guarded by mutex_,
  std::map<std::string, int> asked_;                           // and this too.
};

// Outlives the threads that still look something up when the program ends.
Names& names() {
  static Names& the = *new Names();
  return the;
}

addrinfo* ListOf(const std::vector<std::string>& addresses) {
  addrinfo* list = nullptr;
  for (auto text = addresses.rbegin(); text != addresses.rend(); ++text) {
    auto* one = new addrinfo();
    auto* address = new sockaddr_storage();
    one->ai_addr = reinterpret_cast<sockaddr*>(address);
    one->ai_socktype = SOCK_STREAM;
    one->ai_family = absl::StrContains(*text, ":") ? AF_INET6 : AF_INET;
    address->ss_family = static_cast<sa_family_t>(one->ai_family);
    if (one->ai_family == AF_INET6) {
      one->ai_addrlen = sizeof(sockaddr_in6);
      inet_pton(AF_INET6, text->c_str(), &reinterpret_cast<sockaddr_in6*>(address)->sin6_addr);
    } else {
      one->ai_addrlen = sizeof(sockaddr_in);
      inet_pton(AF_INET, text->c_str(), &reinterpret_cast<sockaddr_in*>(address)->sin_addr);
    }
    one->ai_next = std::exchange(list, one);
  }
  return list;
}

}  // namespace

extern "C" int getaddrinfo(const char* host, const char*, const addrinfo*, addrinfo** result) {
  const std::vector<std::string> addresses = names().Get(host);
  if (addresses.empty()) return EAI_NONAME;
  *result = ListOf(addresses);
  return 0;
}

extern "C" void freeaddrinfo(addrinfo* list) {
  while (list != nullptr) {
    delete reinterpret_cast<sockaddr_storage*>(list->ai_addr);
    delete std::exchange(list, list->ai_next);
  }
}

namespace kyc::upstream {
namespace {

using ::testing::HasSubstr;

class ResolveTest : public testing::Test {
 protected:
  // Each test has a name of its own, so that no other one's answer is there.
  ResolveTest()
      : host_(
            absl::StrCat(testing::UnitTest::GetInstance()->current_test_info()->name(), ".test")) {
    for (char& c : host_) c = absl::ascii_tolower(c);
  }
  ~ResolveTest() override { names().Set(host_, {}); }

  std::string Url(const FakeUpstream& upstream) {
    return absl::StrReplaceAll(upstream.url(), {{"127.0.0.1", host_}});
  }
  HttpResult Send(const std::string& url, TransferOptions options = {}) {
    return SendAndWait(loop_->Sender(options), TextRequest(url, "{}"));
  }

  std::string host_;
  std::unique_ptr<CurlLoop> loop_ = CurlLoop::Start().value();
};

TEST_F(ResolveTest, OneLookUpServesAllWhoWait) {
  constexpr int kCalls = 300;
  FakeUpstream upstream(AnswerAll(Reply("ok")));
  const SendHttp send = loop_->Sender({.connect_timeout = absl::Minutes(1)});
  Results results;
  for (int i = 0; i < kCalls; ++i) {
    send({}, TextRequest(Url(upstream), "{}"), results.For(i));
  }
  names().AwaitAsked(host_);
  EXPECT_EQ(results.size(), 0u);
  names().Set(host_, {"127.0.0.1"});
  for (const auto& [number, result] : results.Await(kCalls)) EXPECT_EQ(Describe(result), "200 ok");
  EXPECT_EQ(Describe(Send(Url(upstream))), "200 ok");
  EXPECT_EQ(names().asked(host_), 1);
}

TEST_F(ResolveTest, WhoWaitsKeepsItsTimes) {
  FakeUpstream upstream(AnswerAll(Reply("ok")));
  const auto unreachable =
      std::get<HttpFailure>(Send(Url(upstream), {.connect_timeout = absl::Milliseconds(200)}));
  EXPECT_EQ(Describe(unreachable), "unreachable not sent");
  EXPECT_THAT(unreachable.cause, HasSubstr("look-up"));
  EXPECT_NE(unreachable.unsent, nullptr);
  EXPECT_EQ(Describe(Send(Url(upstream), {.attempt_timeout = absl::Milliseconds(200)})),
            "attempt_timeout not sent");
  CallContext context;
  context.deadline = SteadyNow() + absl::Milliseconds(400);
  EXPECT_EQ(Describe(SendAndWait(loop_->Sender({}), context, TextRequest(Url(upstream), "{}"))),
            "caller_deadline not sent");
  EXPECT_EQ(names().asked(host_), 1);
}

TEST_F(ResolveTest, WhoWaitsCanBeCancelled) {
  FakeUpstream upstream(AnswerAll(Reply("ok")));
  std::stop_source stop;
  CallContext context;
  context.cancel = stop.get_token();
  Results results;
  loop_->Sender({})(context, TextRequest(Url(upstream), "{}"), results.For(0));
  names().AwaitAsked(host_);
  stop.request_stop();
  EXPECT_EQ(Describe(results.Await(1).find(0)->second), "cancelled not sent");
}

TEST_F(ResolveTest, OtherHostsDoNotWaitForOneThatHangs) {
  FakeUpstream upstream(AnswerAll(Reply("ok")));
  Results results;
  loop_->Sender({.connect_timeout = absl::Minutes(1)})({}, TextRequest(Url(upstream), "{}"),
                                                       results.For(0));
  names().AwaitAsked(host_);
  names().Set("other.test", {"127.0.0.1"});
  const std::string other = absl::StrReplaceAll(upstream.url(), {{"127.0.0.1", "other.test"}});
  EXPECT_EQ(Describe(Send(other)), "200 ok");
  EXPECT_EQ(Describe(Send(upstream.url())), "200 ok") << "an address needs no look-up";
  EXPECT_EQ(results.size(), 0u);
  loop_.reset();  // Though it hangs.
  EXPECT_EQ(Describe(results.Await(1).find(0)->second), "cancelled not sent");
}

TEST_F(ResolveTest, OneThatHangsHasOneMoreBesideItAndLeavesRoomForOthers) {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, int> answers;
  Resolver resolver([&](const std::string& host, const Resolver::Answer&) {
    const std::lock_guard lock(mutex);
    ++answers[host];
    changed.notify_all();
  });
  const auto await = [&](const std::string& host, int count) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return answers[host] >= count; });
  };
  for (int times : {1, 2}) {
    resolver.LookUp(host_);
    names().AwaitAsked(host_, times);
  }
  for (int i = 0; i < 10; ++i) resolver.LookUp(host_);
  names().Set("beside.test", {"127.0.0.1"});
  resolver.LookUp("beside.test");
  await("beside.test", 1);
  names().Set(host_, {"127.0.0.1"});
  await(host_, 2);
  EXPECT_EQ(names().asked(host_), 2);
  resolver.LookUp(host_);
  await(host_, 3);
}

TEST_F(ResolveTest, NameThatIsNotThereIsUnreachable) {
  names().Set(host_, {});
  const auto failure = std::get<HttpFailure>(Send(absl::StrCat("http://", host_, ":8080/path")));
  EXPECT_EQ(Describe(failure), "unreachable not sent");
  EXPECT_THAT(failure.cause, HasSubstr("does not resolve"));
}

TEST_F(ResolveTest, NextAddressIsTriedWhereOneDoesNotListen) {
  FakeUpstream upstream(AnswerAll(Reply("ok")));
  names().Set(host_, {"127.0.0.2", "::1", "127.0.0.1"});
  EXPECT_EQ(Describe(Send(Url(upstream))), "200 ok");
}

TEST_F(ResolveTest, ProxysNameIsLookedUpAndNotTheUpstreams) {
  FakeUpstream proxy([](FakeUpstream& self, FakeConnection& connection) {
    if (!connection.ReadHead()) return;
    connection.Write("HTTP/1.1 200 OK\r\n\r\n");
    while (self.Receive(connection)) connection.Write(Reply("through"));
  });
  names().Set(host_, {"127.0.0.1"});
  const std::string url = Url(proxy);
  TransferOptions options;
  options.proxy = config::Proxy{.url = url.substr(0, url.rfind('/')), .user = {}, .password = {}};
  EXPECT_EQ(Describe(Send("http://hangs.test:1/", options)), "200 through");
  EXPECT_EQ(names().asked("hangs.test"), 0);
}

TEST_F(ResolveTest, ChangedAddressIsFollowed) {
  loop_.reset();
  loop_ = CurlLoop::Start({.address_age = std::chrono::seconds(0)}).value();
  FakeUpstream upstream(
      AnswerAll("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"));
  names().Set(host_, {"127.0.0.2"});
  EXPECT_EQ(Describe(Send(Url(upstream))), "unreachable not sent");
  names().Set(host_, {"127.0.0.1"});
  const absl::Time end = absl::Now() + absl::Seconds(30);
  std::string result;
  while (result != "200 ok" && absl::Now() < end) result = Describe(Send(Url(upstream)));
  EXPECT_EQ(result, "200 ok");
}

}  // namespace
}  // namespace kyc::upstream
