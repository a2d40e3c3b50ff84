#include "server/netzme/webhook/notify_handler.h"

#include <signal.h>
#include <sys/resource.h>

#include <filesystem>
#include <future>
#include <latch>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/call/steady_now.h"
#include "server/call/testing/fake_metrics.h"
#include "server/events/sqlite/sqlite_log.h"
#include "server/http/server.h"
#include "server/http/testing/raw_client.h"

namespace kyc::netzme {
namespace {

constexpr char kToken[] = "token-1";
constexpr char kOldToken[] = "token-0";
constexpr char kOtherToken[] = "token-of-the-other";
constexpr char kBody[] = R"({"originalReferenceNo":"r","custId":"c","status":"pending"})";
constexpr char kBadBody[] = R"({"originalReferenceNo":"r","custId":"Ani"})";

// What the webhook reports.
class SeenMetrics : public FakeMetrics {
 public:
  void NotificationAnswered(absl::string_view code, absl::Duration) override {
    absl::MutexLock lock(&mutex);
    codes.emplace_back(code);
  }
  void Deviation(absl::string_view upstream, absl::string_view kind) override {
    absl::MutexLock lock(&mutex);
    deviations.push_back(absl::StrCat(upstream, " ", kind));
  }

  void RequestNotLetIn(absl::string_view listener, absl::string_view why) override {
    absl::MutexLock lock(&mutex);
    not_let_in.push_back(absl::StrCat(listener, " ", why));
  }

  absl::Mutex mutex;
  std::vector<std::string> codes, not_let_in;
  std::vector<std::string> deviations;
};

class NotifyHandlerTest : public testing::Test {
 protected:
  ~NotifyHandlerTest() override {
    log_.reset();
    std::filesystem::remove_all(folder_);
  }

  // Another one while a log is open replaces it by an empty one.
  void Open(events::WriterOptions writer = {}) {
    log_.reset();
    folder_ = testing::TempDir() + "/webhook_XXXXXX";
    ASSERT_NE(mkdtemp(folder_.data()), nullptr);
    events::SqliteLogOptions options;
    options.path = folder_ + "/events.db";
    options.sealing_keys = {{.id = 1, .key = Secret(std::string(32, 's'))}};
    options.lookup_key = Secret(std::string(32, 'l'));
    options.writer = std::move(writer);
    options.writer.metrics = &metrics_;
    auto log = events::SqliteLog::Open(std::move(options));
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
    NotifyOptions notify;
    notify.limits = limits_;
    notify.accounts = [this] { return accounts_; };
    notify.draining = draining_;
    notify.log = [this](absl::string_view line) {
      absl::MutexLock lock(&mutex_);
      lines_.emplace_back(line);
    };
    handler_ = NotifyHandler(std::move(notify), *log_, *log_, metrics_);
  }
  void SetUp() override { Open(); }

  static http::HttpCall Call(std::string body = kBody) {
    http::HttpCall call;
    call.method = "POST";
    call.path = kNotifyPath;
    call.headers = {{"x-callback-token", kToken}, {"content-type", "application/json"}};
    call.body = std::move(body);
    call.received = SteadyNow();
    return call;
  }
  // With a head that check_head has let in.
  http::HttpCall Judged(http::HttpCall call) {
    EXPECT_FALSE(handler_.check_head(call).has_value());
    return call;
  }
  // As the listener does it: the head, then the whole.
  http::HttpReply Send(const http::HttpCall& call) {
    http::HttpCall head = call;
    head.body.clear();
    if (auto refused = handler_.check_head(head); refused.has_value()) return *refused;
    head.body = call.body;
    std::promise<http::HttpReply> reply;
    handler_.handle(std::move(head),
                    [&](http::HttpReply given) { reply.set_value(std::move(given)); });
    return reply.get_future().get();
  }
  std::string SendBody(std::string body) { return Send(Call(std::move(body))).body; }

  std::vector<std::string> StoredReferences() {
    std::vector<std::string> references;
    const auto page = log_->ReadAfter({}, 100, {});
    EXPECT_TRUE(page.ok()) << page.status();
    for (const auto& event : page->events) {
      references.push_back(event.event.original_reference_no());
    }
    return references;
  }
  std::vector<events::QuarantinedBody> Kept() {
    const auto kept = log_->ListQuarantined(0, 100);
    EXPECT_TRUE(kept.ok()) << kept.status();
    return *kept;
  }

  EntranceLimits limits_;  // Of what is opened from then on.
  absl::Mutex mutex_;
  std::vector<std::string> lines_;
  SeenMetrics metrics_;
  std::shared_ptr<std::atomic<bool>> draining_ = std::make_shared<std::atomic<bool>>(false);
  std::shared_ptr<const std::vector<NotifyAccount>> accounts_ =
      std::make_shared<const std::vector<NotifyAccount>>(std::vector<NotifyAccount>{
          {"main", {Secret(kToken), Secret(kOldToken)}}, {"other", {Secret(kOtherToken)}}});
  std::string folder_;
  std::unique_ptr<events::SqliteLog> log_;
  http::Handler handler_;
};

constexpr char kSuccess[] =
    R"({"responseCode":"2000000","responseMessage":"Successful","originalReferenceNo":"r"})";

TEST_F(NotifyHandlerTest, NotificationIsStoredThenAnsweredAsDocumented) {
  const http::HttpReply reply = Send(Call());
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, kSuccess);
  const auto stored = log_->Latest("r", "");
  ASSERT_TRUE(stored.ok() && stored->has_value());
  EXPECT_EQ((*stored)->event.account(), "main");
  EXPECT_EQ((*stored)->event.raw_body(), kBody);
  EXPECT_THAT(metrics_.codes, testing::ElementsAre("2000000"));
}

TEST_F(NotifyHandlerTest, RepeatIsAnsweredTheSameAndStoredOnce) {
  EXPECT_EQ(SendBody(kBody), kSuccess);
  EXPECT_EQ(SendBody(kBody), kSuccess);
  EXPECT_THAT(StoredReferences(), testing::ElementsAre("r"));
}

TEST_F(NotifyHandlerTest, EveryConfiguredTokenNamesItsAccount) {
  http::HttpCall call = Call(R"({"originalReferenceNo":"old","status":"x"})");
  call.headers[0].second = kOldToken;
  EXPECT_EQ(Send(call).status, 200);
  call = Call(R"({"originalReferenceNo":"other","status":"x"})");
  call.headers[0].second = kOtherToken;
  EXPECT_EQ(Send(call).status, 200);
  EXPECT_EQ((*log_->Latest("old", ""))->event.account(), "main");
  EXPECT_EQ((*log_->Latest("other", ""))->event.account(), "other");
}

TEST_F(NotifyHandlerTest, ReplacedTokensAreTheNextRequests) {
  http::HttpCall before = Call(R"({"originalReferenceNo":"a","status":"x"})");
  before.headers[0].second = kOldToken;
  http::HttpCall after = Call(R"({"originalReferenceNo":"b","status":"x"})");
  after.headers[0].second = "token-2";
  EXPECT_EQ(Send(before).status, 200);
  EXPECT_EQ(Send(after).status, 401);
  accounts_ = std::make_shared<const std::vector<NotifyAccount>>(
      std::vector<NotifyAccount>{{"main", {Secret("token-2"), Secret(kToken)}}});
  EXPECT_EQ(Send(before).status, 401);
  EXPECT_EQ(Send(after).status, 200);
  EXPECT_EQ(Send(Call()).status, 200) << "the one that stayed";
}

struct HeadCase {
  std::string name;
  std::function<void(http::HttpCall&)> spoil;
  int status;
  std::string body;
};

const HeadCase kHeadCases[] = {
    {"OtherPath", [](http::HttpCall& call) { call.path = "/"; }, 404,
     R"({"responseCode":"4040002","responseMessage":"Invalid Routing"})"},
    {"PathWithSlash", [](http::HttpCall& call) { call.path += "/"; }, 404,
     R"({"responseCode":"4040002","responseMessage":"Invalid Routing"})"},
    {"OtherMethod", [](http::HttpCall& call) { call.method = "GET"; }, 405,
     R"({"responseCode":"4050000","responseMessage":"Requested Function Is Not Supported"})"},
    {"NoToken", [](http::HttpCall& call) { call.headers.erase(call.headers.begin()); }, 401,
     R"({"responseCode":"4010000","responseMessage":"Unauthorized"})"},
    {"EmptyToken", [](http::HttpCall& call) { call.headers[0].second = ""; }, 401,
     R"({"responseCode":"4010000","responseMessage":"Unauthorized"})"},
    {"WrongToken", [](http::HttpCall& call) { call.headers[0].second = "token-2"; }, 401,
     R"({"responseCode":"4010000","responseMessage":"Unauthorized"})"},
    {"PartOfToken", [](http::HttpCall& call) { call.headers[0].second = "token-"; }, 401,
     R"({"responseCode":"4010000","responseMessage":"Unauthorized"})"},
    {"TokenInOtherCase", [](http::HttpCall& call) { call.headers[0].second = "TOKEN-1"; }, 401,
     R"({"responseCode":"4010000","responseMessage":"Unauthorized"})"},
    {"TwoTokens",
     [](http::HttpCall& call) { call.headers.emplace_back("x-callback-token", kToken); }, 401,
     R"({"responseCode":"4010000","responseMessage":"Unauthorized"})"},
};

TEST_F(NotifyHandlerTest, HeadsAreRefusedAsListedAndNothingIsKept) {
  for (const HeadCase& c : kHeadCases) {
    http::HttpCall call = Call();
    c.spoil(call);
    call.body.clear();
    const http::HttpReply refused = Send(call);
    EXPECT_EQ(refused.status, c.status) << c.name;
    EXPECT_EQ(refused.body, c.body) << c.name;
  }
  EXPECT_THAT(StoredReferences(), testing::IsEmpty());
  EXPECT_THAT(Kept(), testing::IsEmpty());
}

TEST_F(NotifyHandlerTest, BodyWithARightTokenIsKeptWhateverItsHeadIsRefusedFor) {
  for (const HeadCase& c : kHeadCases) {
    http::HttpCall call = Call(absl::StrCat("body of ", c.name));
    c.spoil(call);
    EXPECT_EQ(Send(call).status, c.status) << c.name;
  }
  http::HttpCall flawed = Call("body of Flaw");
  flawed.flaw = 400;
  EXPECT_EQ(Send(flawed).status, 400);
  std::vector<std::string> kept;
  for (const events::QuarantinedBody& entry : Kept()) {
    EXPECT_EQ(entry.owner.account, "main");
    kept.push_back(absl::StrCat(entry.answer, ", ", log_->GetQuarantined(entry.id)->body));
  }
  EXPECT_THAT(kept,
              testing::ElementsAre(
                  "4040002 Invalid Routing: its path is not the webhook's, body of OtherPath",
                  "4040002 Invalid Routing: its path is not the webhook's, body of PathWithSlash",
                  "4050000 Requested Function Is Not Supported: its method is not POST, body of "
                  "OtherMethod",
                  "4010000 Unauthorized: it has more than one token, body of TwoTokens",
                  "4000000 Bad Request: its request target or Host is not HTTP's, body of Flaw"));
}

TEST_F(NotifyHandlerTest, FlawWithoutARightTokenIsRefusedUnread) {
  http::HttpCall flawed = Call();
  flawed.headers[0].second = "wrong";
  flawed.flaw = 400;
  const auto refused = handler_.check_head(flawed);
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->status, 400);
}

TEST_F(NotifyHandlerTest, DrainingComesBeforeEveryOtherCheck) {
  draining_->store(true);
  http::HttpCall call = Call();
  call.path = "/";
  const http::HttpReply reply = Send(call);
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.headers, (http::Headers{{"Retry-After", "1"}}));
  EXPECT_TRUE(absl::StrContains(reply.body, "5030000")) << reply.body;
}

TEST_F(NotifyHandlerTest, TokenWithdrawnAfterTheHeadStillCountsForThatRequest) {
  std::promise<http::HttpReply> reply;
  http::HttpCall call = Call(), unfinished = Call("");
  ASSERT_FALSE(handler_.check_head(call).has_value());
  ASSERT_FALSE(handler_.check_head(unfinished).has_value());
  accounts_ = std::make_shared<const std::vector<NotifyAccount>>();
  handler_.handle(std::move(call),
                  [&](http::HttpReply given) { reply.set_value(std::move(given)); });
  EXPECT_EQ(reply.get_future().get().status, 200);
  EXPECT_EQ((*log_->Latest("r", ""))->event.account(), "main");
  handler_.not_handled(0, unfinished);
  EXPECT_THAT(lines_, testing::ElementsAre("notification of account main not answered: its sender "
                                           "went away before it was whole"));
}

TEST_F(NotifyHandlerTest, UnsetTokenInTheConfigurationLetsNobodyIn) {
  accounts_ = std::make_shared<const std::vector<NotifyAccount>>(
      std::vector<NotifyAccount>{{"main", {Secret("")}}});
  http::HttpCall call = Call();
  call.headers[0].second = "";
  EXPECT_EQ(Send(call).status, 401);
}

TEST_F(NotifyHandlerTest, ContentTypesThatMeanJsonAreReadAndCounted) {
  http::HttpCall call = Call(R"({"originalReferenceNo":"documented","status":"x"})");
  call.headers[1].second = "Application/JSON; charset=utf-8";
  EXPECT_EQ(Send(call).status, 200);
  EXPECT_THAT((*log_->Latest("documented", ""))->event.anomalies(),
              testing::Not(testing::Contains(::netzme::v1::ANOMALY_CONTENT_TYPE)));
  EXPECT_THAT(metrics_.deviations, testing::IsEmpty());
  int count = 0;
  for (const char* type : {"", "text/json", "application/vnd.netzme+json"}) {
    const std::string reference = absl::StrCat("odd-", ++count);
    call = Call(absl::StrCat(R"({"originalReferenceNo":")", reference, R"(","status":"x"})"));
    call.headers[1].second = type;
    EXPECT_EQ(Send(call).status, 200) << type;
    EXPECT_THAT((*log_->Latest(reference, ""))->event.anomalies(),
                testing::Contains(::netzme::v1::ANOMALY_CONTENT_TYPE))
        << type;
    EXPECT_THAT(metrics_.deviations, testing::SizeIs(count)) << type;
  }
  call.headers.pop_back();
  EXPECT_EQ(Send(call).status, 200) << "a repeat, this time without any";
  EXPECT_THAT(metrics_.deviations, testing::Each(std::string("netzme content_type")));
}

TEST_F(NotifyHandlerTest, OtherContentTypesAreRefusedAndTheirBodiesKept) {
  int64_t times = 0;
  for (const char* type : {"text/plain", "application/jsonp", "application/json, text/plain"}) {
    http::HttpCall call = Call();
    call.headers[1].second = type;
    const http::HttpReply reply = Send(call);
    EXPECT_EQ(reply.status, 400) << type;
    EXPECT_EQ(reply.body, R"({"responseCode":"4000000","responseMessage":"Bad Request"})") << type;
    ++times;
  }
  ASSERT_THAT(Kept(), testing::SizeIs(1));
  EXPECT_EQ(Kept()[0].times_received, times);
  EXPECT_EQ(Kept()[0].answer, "4000000 Bad Request: the Content-Type does not mean JSON");
  EXPECT_EQ(log_->GetQuarantined(Kept()[0].id)->body, kBody);
}

TEST_F(NotifyHandlerTest, OperatorsAreToldWhyABodyIsABadRequest) {
  for (const char* body : {"", "[]", R"({"status":"appr)"}) SendBody(body);
  EXPECT_THAT(lines_, testing::Each(testing::StartsWith(
                          "notification of account main answered 4000000 Bad Request: the body ")));
  EXPECT_THAT(lines_, testing::SizeIs(3));
}

TEST_F(NotifyHandlerTest, WrongBodyIsKeptBeforeItIsAnswered) {
  EXPECT_EQ(SendBody(kBadBody),
            R"({"responseCode":"4000002","responseMessage":"Invalid Mandatory Field status",)"
            R"("originalReferenceNo":"r"})");
  ASSERT_THAT(Kept(), testing::SizeIs(1));
  const events::QuarantinedBody kept = *log_->GetQuarantined(Kept()[0].id);
  EXPECT_EQ(kept.body, kBadBody);
  EXPECT_EQ(kept.answer, "4000002 Invalid Mandatory Field status");
  EXPECT_EQ(kept.owner.account, "main");
  EXPECT_THAT(StoredReferences(), testing::IsEmpty());
  EXPECT_THAT(lines_, testing::ElementsAre(
                          "notification of account main answered 4000002 Invalid Mandatory Field "
                          "status, body kept in quarantine"));
}

TEST_F(NotifyHandlerTest, WhatAFullQuarantineCannotKeepIsAnswered503UntilThereIsRoom) {
  events::WriterOptions writer;
  writer.quarantine.max_entries = 1;
  Open(std::move(writer));
  EXPECT_EQ(Send(Call("first")).status, 400);
  for (int i = 0; i < 3; ++i) {
    const http::HttpReply refused = Send(Call(kBadBody));
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.headers, (http::Headers{{"Retry-After", "60"}}));
    EXPECT_EQ(refused.body, R"({"responseCode":"5030000","responseMessage":"Service Unavailable",)"
                            R"("originalReferenceNo":"r"})");
  }
  EXPECT_THAT(Kept(), testing::SizeIs(1));
  EXPECT_THAT(lines_, testing::SizeIs(2)) << "the same line is not written again";
  EXPECT_THAT(lines_.back(),
              testing::StartsWith("notification of account main answered 5030000 Service "
                                  "Unavailable instead of 4000002 Invalid Mandatory Field status, "
                                  "body not kept: The quarantine is full"));
  EXPECT_EQ(Send(Call("first")).status, 400) << "it is there already";
  EXPECT_EQ(Send(Call()).status, 200);

  std::promise<void> discarded;
  log_->Discard(Kept()[0].id, [&](absl::Status) { discarded.set_value(); });
  discarded.get_future().wait();
  EXPECT_EQ(Send(Call(kBadBody)).status, 400);
  EXPECT_THAT(Kept(), testing::SizeIs(1));
}

TEST_F(NotifyHandlerTest, RequestsWithARightTokenThatLeaveNoBodyAreLoggedWithTheirAccount) {
  http::HttpCall elsewhere = Call(), otherwise = Call(), twice = Call();
  elsewhere.path = "/secret-path";
  otherwise.method = "GET";
  twice.headers.emplace_back("x-callback-token", "wrong");
  for (http::HttpCall* call : {&elsewhere, &otherwise, &twice}) {
    call->body.clear();
    Send(*call);
  }
  draining_->store(true);
  Send(Call());
  http::HttpCall other;
  other.headers = {{"x-callback-token", kOtherToken}};
  for (const int status : {413, 413, 413, 0}) handler_.not_handled(status, other);
  const std::string start = "notification of account ";
  EXPECT_THAT(
      lines_,
      testing::ElementsAre(
          start + "main answered 4040002 Invalid Routing: its path is not the webhook's, without "
                  "a body",
          start + "main answered 4050000 Requested Function Is Not Supported: its method is not "
                  "POST, without a body",
          start + "main answered 4010000 Unauthorized: it has more than one token, without a body",
          start + "main answered 5030000 Service Unavailable, body not read",
          start + "other answered 4130000 Request Entity Too Large, body not read",
          start + "other not answered: its sender went away before it was whole"));
}

TEST_F(NotifyHandlerTest, RequestsWithoutARightTokenAreALineAMinuteWithNothingOfThem) {
  for (const HeadCase& c : kHeadCases) {
    http::HttpCall call = Call();
    call.headers[0].second = "wrong";
    c.spoil(call);
    if (c.name != "TwoTokens") handler_.check_head(call);
    handler_.not_handled(413, http::HttpCall());
  }
  EXPECT_THAT(lines_, testing::UnorderedElementsAre(
                          "not let in: listener=webhook why=unknown_token from=unix",
                          "not let in: listener=webhook why=no_token from=unix"));
  EXPECT_THAT(metrics_.not_let_in, testing::Contains("webhook no_token"));
}

TEST_F(NotifyHandlerTest, OtherNetworksAreRefusedBeforeTheirTokenIsLookedAt) {
  limits_.networks = {*IpNetwork::Parse("203.0.113.0/24")};
  Open();
  http::HttpCall call = Call();
  call.from = *IpAddress::Parse("203.0.114.1");
  const http::HttpReply refused = Send(call);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.body, R"({"responseCode":"4030000","responseMessage":"Forbidden"})");
  call.from = *IpAddress::Parse("203.0.113.1");
  EXPECT_EQ(Send(call).status, 200);
  EXPECT_THAT(lines_, testing::ElementsAre(
                          "not let in: listener=webhook why=source_network from=203.0.114.1"));
  EXPECT_THAT(metrics_.not_let_in, testing::ElementsAre("webhook source_network"));
  EXPECT_THAT(metrics_.codes, testing::ElementsAre("4030000", "2000000"));
}

TEST_F(NotifyHandlerTest, ASourceThatIsTooFastIsToldToComeAgainWhateverItsToken) {
  limits_.of_a_source = 2;
  Open();
  http::HttpCall guess = Call();
  guess.from = *IpAddress::Parse("192.0.2.1");
  guess.headers[0].second = "wrong";
  for (const int status : {401, 401, 429, 429}) EXPECT_EQ(Send(guess).status, status);
  http::HttpCall right = Call();
  right.received = guess.received;
  right.from = guess.from;
  const http::HttpReply refused = Send(right);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.body, R"({"responseCode":"4290000","responseMessage":"Too Many Requests"})");
  EXPECT_EQ(refused.headers, (http::Headers{{"Retry-After", "1"}}));
  right.from = *IpAddress::Parse("192.0.2.2");
  EXPECT_EQ(Send(right).status, 200);
  EXPECT_THAT(lines_,
              testing::ElementsAre("not let in: listener=webhook why=unknown_token from=192.0.2.1",
                                   "not let in: listener=webhook why=source_rate from=192.0.2.1"));
}

TEST_F(NotifyHandlerTest, AnAccountThatIsTooFastIsToldToComeAgainAndAnotherIsNot) {
  limits_.of_account = {{"main", 1}};
  Open();
  http::HttpCall call = Call();
  EXPECT_EQ(Send(call).status, 200);
  EXPECT_EQ(Send(call).status, 429);
  EXPECT_THAT(Kept(), testing::IsEmpty()) << "it comes again";
  http::HttpCall other = Call(R"({"originalReferenceNo":"o","status":"x"})");
  other.headers[0].second = kOtherToken;
  other.received = call.received;
  EXPECT_EQ(Send(other).status, 200);
  EXPECT_THAT(metrics_.not_let_in, testing::ElementsAre("webhook account_rate"));
}

TEST_F(NotifyHandlerTest, DeviationsAreCounted) {
  EXPECT_EQ(Send(Call(R"({"originalReferenceNo":7,"status":"x"})")).status, 200);
  EXPECT_THAT(metrics_.deviations, testing::ElementsAre("netzme number_for_string"));
}

// Makes every growth of a file fail, as a full disk does.
class FullDisk {
 public:
  FullDisk() {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit none = {.rlim_cur = 1, .rlim_max = before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &none);
  }
  ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_;
};

TEST_F(NotifyHandlerTest, FullDiskIsAnswered500SoThatTheSenderRepeats) {
  {
    const FullDisk full;
    const http::HttpReply reply = Send(Call());
    EXPECT_EQ(reply.status, 500);
    EXPECT_EQ(reply.body, R"({"responseCode":"5000000","responseMessage":"General Error",)"
                          R"("originalReferenceNo":"r"})");
    EXPECT_EQ(Send(Call(kBadBody)).status, 500);
  }
  EXPECT_EQ(Send(Call()).status, 200);
  EXPECT_EQ(Send(Call(kBadBody)).status, 400);
}

TEST_F(NotifyHandlerTest, TooManyWaitingNotificationsAreAnswered429) {
  std::latch arrived{1}, go{1};
  events::WriterOptions writer;
  writer.max_waiting = 1;
  writer.before_commit = [&] {
    if (!arrived.try_wait()) arrived.count_down();
    go.wait();
  };
  Open(std::move(writer));
  handler_.handle(Judged(Call()), [](http::HttpReply) {});
  arrived.wait();
  handler_.handle(Judged(Call()), [](http::HttpReply) {});
  const http::HttpReply appended = Send(Call());
  EXPECT_EQ(appended.status, 429);
  EXPECT_EQ(appended.headers, (http::Headers{{"Retry-After", "1"}}));
  EXPECT_TRUE(absl::StrContains(appended.body, R"("originalReferenceNo":"r")")) << appended.body;
  EXPECT_EQ(Send(Call(kBadBody)).status, 429);
  go.count_down();
  log_.reset();
}

TEST_F(NotifyHandlerTest, ListenersRefusalsAreSnapAnswers) {
  EXPECT_EQ(handler_.refuse(413).body,
            R"({"responseCode":"4130000","responseMessage":"Request Entity Too Large"})");
  EXPECT_THAT(metrics_.codes, testing::ElementsAre("4130000"));
}

TEST_F(NotifyHandlerTest, NotificationOverARealConnectionIsAnswered) {
  auto socket = net::ListenSocket::Open("127.0.0.1:0");
  ASSERT_TRUE(socket.ok()) << socket.status();
  const auto server = http::Server::Serve(*std::move(socket), {}, handler_);
  http::RawClient client(server->port());
  const std::string head = absl::StrCat(
      "POST ", kNotifyPath, " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ", sizeof(kBody) - 1,
      "\r\nContent-Type: application/json\r\n");
  client.Send(absl::StrCat(head, "X-Callback-Token: ", kToken, "\r\n\r\n", kBody));
  EXPECT_TRUE(absl::EndsWith(client.ReadResponse(), absl::StrCat("\r\n\r\n", kSuccess)));
  client.Send(absl::StrCat(head, "X-Callback-Token: wrong\r\n\r\n"));
  EXPECT_EQ(http::StatusOf(client.ReadResponse()), 401);
}

TEST_F(NotifyHandlerTest, AbsoluteTargetIsServedOverARealConnection) {
  auto socket = net::ListenSocket::Open("127.0.0.1:0");
  ASSERT_TRUE(socket.ok()) << socket.status();
  const auto server = http::Server::Serve(*std::move(socket), {}, handler_);
  const std::string request =
      absl::StrCat("POST http://gateway:8081", kNotifyPath, " HTTP/1.1\r\nHost: gateway:8081\r\n",
                   "Content-Length: ", sizeof(kBody) - 1, "\r\nX-Callback-Token: ", kToken, "\r\n");
  http::RawClient client(server->port());
  client.Send(absl::StrCat(request, "Content-Type: application/json\r\n\r\n", kBody));
  EXPECT_TRUE(absl::EndsWith(client.ReadResponse(), absl::StrCat("\r\n\r\n", kSuccess)));
  EXPECT_THAT(StoredReferences(), testing::ElementsAre("r"));
}

TEST_F(NotifyHandlerTest, BodiesThatHeadsRefuseAreKeptOverARealConnection) {
  auto socket = net::ListenSocket::Open("127.0.0.1:0");
  ASSERT_TRUE(socket.ok()) << socket.status();
  const auto server = http::Server::Serve(*std::move(socket), {}, handler_);
  const std::pair<std::string, int> starts[] = {
      {absl::StrCat("POST ", kNotifyPath, "/ HTTP/1.1\r\nHost: h"), 404},
      {absl::StrCat("PUT ", kNotifyPath, " HTTP/1.1\r\nHost: h"), 405},
      {absl::StrCat("POST ", kNotifyPath, " HTTP/1.1\r\nHost: h\r\nX-Callback-Token: a"), 401},
      {absl::StrCat("POST ", kNotifyPath, " HTTP/1.1\r\nHost: a b"), 400},
      {absl::StrCat("POST ", kNotifyPath, " HTTP/1.1"), 400},
      {"POST * HTTP/1.1\r\nHost: h", 400},
  };
  int64_t kept = 0;
  for (const auto& [start, status] : starts) {
    const std::string body = absl::StrCat("body ", ++kept);
    const std::string request = absl::StrCat(start, "\r\nX-Callback-Token: ", kToken,
                                             "\r\nContent-Length: ", body.size(), "\r\n\r\n");
    http::RawClient client(server->port());
    client.Send(request + body);
    EXPECT_EQ(http::StatusOf(client.ReadResponse()), status) << start;
    ASSERT_THAT(Kept(), testing::SizeIs(kept)) << start;
    EXPECT_EQ(log_->GetQuarantined(Kept().back().id)->body, body);
  }
}

TEST_F(NotifyHandlerTest, EndsOfRealConnectionsAreLoggedWithTheirAccount) {
  auto socket = net::ListenSocket::Open("127.0.0.1:0");
  ASSERT_TRUE(socket.ok()) << socket.status();
  const auto server = http::Server::Serve(
      *std::move(socket), {.max_body_bytes = 10, .read_timeout = absl::Milliseconds(50)}, handler_);
  const std::string head = absl::StrCat("POST ", kNotifyPath, " HTTP/1.1\r\nHost: h\r\n",
                                        "X-Callback-Token: ", kToken, "\r\n");
  const std::pair<std::string, int> requests[] = {
      {"Content-Length: 11\r\n\r\n", 413},
      {"Content-Length: 9\r\n\r\nx", 408},
      {"Content-Encoding: gzip\r\n\r\n", 501},
      {"Transfer-Encoding: chunked\r\n\r\nx\r\n", 400},
      {absl::StrCat("A: ", std::string(20'000, 'a')), 431},
  };
  std::vector<std::string> expected;
  for (const auto& [rest, status] : requests) {
    EXPECT_EQ(http::StatusOf(http::Exchange(server->port(), head + rest)), status);
    expected.push_back(absl::StrCat("notification of account main answered ", status, "0000"));
  }
  ASSERT_THAT(lines_, testing::SizeIs(expected.size()));
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_THAT(lines_[i], testing::StartsWith(expected[i]));
    EXPECT_THAT(lines_[i], testing::EndsWith(", body not read"));
  }
}

}  // namespace
}  // namespace kyc::netzme
