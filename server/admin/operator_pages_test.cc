#include "server/admin/operator_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/admin/recent_calls.h"

namespace kyc::admin {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Pair;

class OperatorPagesTest : public testing::Test {
 protected:
  // As the listener asks for it.
  http::HttpReply Get(const std::string& path, const std::string& method = "GET",
                      http::Headers headers = {}, const std::string& body = "") {
    http::HttpCall call;
    call.headers = std::move(headers);
    call.method = method;
    call.path = path.substr(0, path.find('?'));
    if (path != call.path) call.query = path.substr(call.path.size() + 1);
    if (auto refused = pages_.check_head(call)) return *std::move(refused);
    call.body = body;
    http::HttpReply reply;
    pages_.handle(std::move(call), [&reply](http::HttpReply made) { reply = std::move(made); });
    return reply;
  }

  RecentCalls calls_;
  std::vector<ReadyCheck> checks_;
  std::string levels_ = "rpc info\n";
  bool let_in_ = true;
  http::Handler pages_ = OperatorPages(
      {.metrics = [] { return "metrics"; },
       .calls = [this] { return calls_.Json(); },
       .others = [] { return "{}"; },
       .config = [] { return "config"; },
       .log_levels = [this] { return levels_; },
       .set_log_level =
           [this](absl::string_view room, absl::string_view level) {
             if (level.empty()) return absl::InvalidArgumentError("no level");
             levels_ = absl::StrCat(room, " ", level, "\n");
             return absl::OkStatus();
           },
       .ready = [this] { return checks_; }},
      [this](const http::HttpCall&) -> absl::optional<http::HttpReply> {
        if (let_in_) return absl::nullopt;
        return http::HttpReply{.status = 401, .headers = {}, .content_type = "", .body = ""};
      });
};

TEST_F(OperatorPagesTest, TheConsoleLoadsNothingOfOthers) {
  for (const auto& [path, type, text] :
       {std::tuple("/", "text/html; charset=utf-8", "<title>KYC Gateway</title>"),
        std::tuple("/console.css", "text/css; charset=utf-8", "prefers-color-scheme"),
        std::tuple("/console.js", "text/javascript; charset=utf-8", "new EventSource('/live')"),
        std::tuple("/elements.js", "text/javascript; charset=utf-8", "function fillTable"),
        std::tuple("/reading.js", "text/javascript; charset=utf-8", "class Reading"),
        std::tuple("/chart.js", "text/javascript; charset=utf-8", "Chart.js")}) {
    const http::HttpReply reply = Get(path);
    EXPECT_EQ(reply.status, 200) << path;
    EXPECT_EQ(reply.content_type, type);
    EXPECT_THAT(reply.body, HasSubstr(text)) << path;
    EXPECT_THAT(reply.headers,
                Contains(Pair("Content-Security-Policy",
                              AllOf(HasSubstr("default-src 'none'"), HasSubstr("script-src 'self'"),
                                    testing::Not(HasSubstr("unsafe"))))))
        << path;
  }
}

TEST_F(OperatorPagesTest, WhoIsNotLetInMayProbeAndNothingElse) {
  let_in_ = false;
  for (const char* path : {"/", "/console.js", "/live", "/metrics", "/calls", "/config",
                           "/log-level", "/elsewhere", "/readyz/"}) {
    EXPECT_EQ(Get(path).status, 401) << path;
  }
  for (const char* probe : {"/livez", "/healthz", "/readyz", "/readyz?verbose"}) {
    EXPECT_EQ(Get(probe).status, 200) << probe;
  }
}

TEST_F(OperatorPagesTest, TheOtherPages) {
  EXPECT_EQ(Get("/metrics").body, "metrics");
  EXPECT_EQ(Get("/config").body, "config");
  for (const char* probe : {"/livez", "/healthz", "/readyz"}) {
    EXPECT_EQ(Get(probe).body, "ok\n") << probe;
  }
  checks_ = {{"leaving"}, {"quarantine", ReadyCheck::Is::kWarns, "look"}};
  EXPECT_EQ(Get("/readyz").body, "ok\nlook\n");
  EXPECT_EQ(Get("/readyz?a=b&verbose=1").body, "ok leaving\nWARN quarantine: look\nready\n");
  checks_[0] = {"leaving", ReadyCheck::Is::kFails, "draining"};
  EXPECT_EQ(Get("/readyz").status, 503);
  EXPECT_EQ(Get("/readyz").body, "draining\n");
  EXPECT_EQ(Get("/readyz?verbose").status, 503);
  EXPECT_EQ(Get("/livez").status, 200);
  EXPECT_EQ(Get("/nothing").status, 404);
  EXPECT_EQ(Get("/calls", "POST").status, 405);
}

TEST_F(OperatorPagesTest, TheLogsLevelIsToldAndChangedByQueryOrBody) {
  EXPECT_EQ(Get("/log-level").body, "rpc info\n");
  EXPECT_EQ(Get("/log-level?room=rpc&level=debug").body, "rpc info\n") << "GET changes nothing";
  EXPECT_EQ(Get("/log-level?room=rpc&level=debug", "PUT").body, "rpc debug\n");
  EXPECT_EQ(Get("/log-level", "POST", {}, "level=warn\n").body, " warn\n");
  EXPECT_EQ(Get("/log-level?room=rpc", "PUT").status, 400);
  EXPECT_EQ(Get("/log-level?room=rpc", "PUT").body, "no level\n");
  EXPECT_EQ(Get("/log-level", "DELETE").status, 405);
  EXPECT_EQ(Get("/config", "PUT").status, 405);
}

// With the password that a browser keeps, any site's form could.
TEST_F(OperatorPagesTest, NoPageInABrowserChangesAnything) {
  for (const http::Headers& headers :
       {http::Headers{{"origin", "http://elsewhere"}}, http::Headers{{"origin", "null"}},
        http::Headers{{"origin", "http://127.0.0.1:9090"}, {"host", "127.0.0.1:9090"}},
        http::Headers{{"sec-fetch-site", "cross-site"}},
        http::Headers{{"sec-fetch-site", "same-origin"}}}) {
    EXPECT_EQ(Get("/log-level?level=debug", "POST", headers).status, 403);
    EXPECT_EQ(Get("/log-level", "GET", headers).body, "rpc info\n");
  }
}

TEST_F(OperatorPagesTest, TheNewestCallsComeFirst) {
  EXPECT_EQ(Get("/calls").body, "{\"calls\":[]}\n");
  EndedCall call;
  for (size_t i = 0; i <= RecentCalls::kKept; ++i) {
    call.request_id = absl::StrCat("call-", i);
    calls_.Add(call);
  }
  const http::HttpReply reply = Get("/calls");
  EXPECT_EQ(reply.content_type, "application/json");
  const size_t newest = reply.body.find(absl::StrCat("\"call-", RecentCalls::kKept, "\""));
  const size_t oldest = reply.body.find("\"call-1\"");
  ASSERT_NE(newest, reply.body.npos);
  ASSERT_NE(oldest, reply.body.npos);
  EXPECT_LT(newest, oldest);
  EXPECT_EQ(reply.body.find("\"call-0\""), reply.body.npos);
}

}  // namespace
}  // namespace kyc::admin
