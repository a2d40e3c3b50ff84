#include "server/widekyc/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "server/call/error.h"
#include "server/call/kept_replies.h"
#include "server/call/testing/fake_metrics.h"

namespace kyc::widekyc {
namespace {

using absl::StatusCode;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using ::widekyc::v1::DetectLivenessRequest;
using ::widekyc::v1::DetectLivenessResponse;
using ::widekyc::v1::RecognizeIdRequest;
using ::widekyc::v1::RecognizeIdResponse;
using ::widekyc::v1::ValidateIdRequest;
using ::widekyc::v1::ValidateIdResponse;

// Keeps the deviations; the rest is not this room's.
class DeviationLog : public FakeMetrics {
 public:
  void Deviation(absl::string_view upstream, absl::string_view kind) override {
    seen.emplace_back(upstream, kind);
  }
  std::vector<std::pair<std::string, std::string>> seen;
};

class KeptList : public KeptReplies {
 public:
  void Keep(KeptReply reply) override { kept.push_back(std::move(reply)); }
  std::vector<KeptReply> kept;
};

// An upstream that answers at once, always the same, and keeps what it was sent.
struct FakeUpstream {
  upstream::HttpResult result;
  std::vector<upstream::HttpRequest> requests;

  upstream::SendHttp Send() {
    return [this](const CallContext&, upstream::HttpRequest request, upstream::OnResponse done) {
      requests.push_back(std::move(request));
      std::move(done)(result);
    };
  }
};

upstream::HttpResponse Ok(std::string body) {
  upstream::HttpResponse response;
  response.status = 200;
  response.body = std::move(body);
  return response;
}

const std::string kJpeg = "\xFF\xD8\xFF\xE0JFIF";

class Service : public testing::Test {
 protected:
  WideKycService Make(int accounts) {
    Options options;
    options.server_url = "https://widekyc.test";
    std::vector<Account> made;
    made.push_back({"first", Secret("token-1"), first_.Send()});
    if (accounts > 1) made.push_back({"second", Secret("token-2"), second_.Send()});
    return WideKycService(std::move(options), std::move(made), &metrics_, &kept_);
  }

  // The answer of a DetectLiveness, which came before the call returned.
  absl::StatusOr<DetectLivenessResponse> Detect(const WideKycService& service,
                                                DetectLivenessRequest request) {
    absl::optional<absl::StatusOr<DetectLivenessResponse>> answer;
    CallContext context;
    context.request_id = "request-7";
    service.DetectLiveness(context, std::move(request), {{kJpeg}}, [&](auto got) {
      EXPECT_FALSE(answer.has_value());
      answer = std::move(got);
    });
    return answer.value_or(absl::InternalError("no answer"));
  }

  FakeUpstream first_;
  FakeUpstream second_;
  DeviationLog metrics_;
  KeptList kept_;
};

DetectLivenessRequest Request(std::string account) {
  DetectLivenessRequest request;
  request.set_cust_ref_no("3322873");
  request.set_account(std::move(account));
  return request;
}

const char kLive[] =
    R"({"statusCode":"SUCCESSFUL","content":{"result":{"status":"success","result":"True"}}})";

TEST_F(Service, AnswerIsReadAndItsDeviationsCounted) {
  first_.result = Ok(kLive);
  const auto answer = Detect(Make(1), Request(""));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_TRUE(answer->live());
  EXPECT_THAT(metrics_.seen, ElementsAre(Pair("widekyc", "string_for_bool")));
  ASSERT_EQ(first_.requests.size(), 1u);
  EXPECT_EQ(first_.requests[0].url, "https://widekyc.test/api/passive-liveness");
}

TEST_F(Service, NamedAccountSendsWithItsOwnToken) {
  second_.result = Ok(kLive);
  ASSERT_TRUE(Detect(Make(2), Request("second")).ok());
  EXPECT_THAT(first_.requests, IsEmpty());
  ASSERT_EQ(second_.requests.size(), 1u);
  EXPECT_THAT(second_.requests[0].headers, testing::Contains(Pair("token", "token-2")));
}

TEST_F(Service, InvalidRequestIsNotSent) {
  for (const char* account : {"", "third"}) {
    const auto answer = Detect(Make(2), Request(account));
    EXPECT_EQ(answer.status().code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(answer.status()), "INVALID_REQUEST");
  }
  EXPECT_THAT(first_.requests, IsEmpty());
  EXPECT_THAT(second_.requests, IsEmpty());
}

TEST_F(Service, FailureIsItsError) {
  upstream::HttpFailure failure;
  failure.kind = upstream::FailureKind::kConnectionLost;
  failure.sent = true;
  failure.attempts = 1;
  first_.result = failure;
  const absl::Status status = Detect(Make(1), Request("")).status();
  EXPECT_EQ(status.code(), StatusCode::kUnknown);
  EXPECT_EQ(ReasonOf(status), "UPSTREAM_CONNECTION_LOST");
  EXPECT_EQ(MetadataOf(status, "upstream"), "widekyc");
}

TEST_F(Service, EchoedTokenIsMasked) {
  first_.result = Ok(R"({"statusCode":"ERROR","responseStatusDetails":[
                         {"description":"bad TOKEN-1 for 3322873"}]})");
  const absl::Status status = Detect(Make(1), Request("")).status();
  EXPECT_EQ(MetadataOf(status, "upstreamText"), "bad *** for ***");
}

TEST_F(Service, MalformedReplyIsKeptAsItCame) {
  second_.result = Ok("<html>Siti</html>");
  const absl::Status status = Detect(Make(2), Request("second")).status();
  EXPECT_EQ(ReasonOf(status), "UPSTREAM_MALFORMED");
  ASSERT_EQ(kept_.kept.size(), 1u);
  const KeptReply& kept = kept_.kept[0];
  EXPECT_EQ(kept.upstream, "widekyc");
  EXPECT_EQ(kept.account, "second");
  EXPECT_EQ(kept.endpoint, "passive-liveness");
  EXPECT_EQ(kept.request_id, "request-7");
  EXPECT_EQ(kept.http_status, 200);
  EXPECT_EQ(kept.why, "The reply of the upstream widekyc is not valid JSON [UPSTREAM_MALFORMED].");
  EXPECT_EQ(kept.body, "<html>Siti</html>");
}

TEST_F(Service, WhatCameOfACutReplyIsKept) {
  upstream::HttpFailure cut;
  cut.kind = upstream::FailureKind::kReplyUnreadable;
  cut.sent = true;
  cut.came = std::make_shared<upstream::HttpResponse>(Ok(R"({"statusCode":"SUCC)"));
  first_.result = cut;
  EXPECT_EQ(ReasonOf(Detect(Make(1), Request("")).status()), "UPSTREAM_MALFORMED");
  ASSERT_EQ(kept_.kept.size(), 1u);
  EXPECT_EQ(kept_.kept[0].body, R"({"statusCode":"SUCC)");
  EXPECT_EQ(kept_.kept[0].http_status, 200);
}

TEST_F(Service, AnswerWithAWrongContentEncodingIsRead) {
  for (const char* encoding : {"UTF-8", "none", "gzip", "br"}) {
    metrics_.seen.clear();
    upstream::HttpResponse plain = Ok(kLive);
    plain.headers = {{"content-encoding", encoding}};
    first_.result = plain;
    const auto answer = Detect(Make(1), Request(""));
    ASSERT_TRUE(answer.ok()) << encoding << answer.status();
    EXPECT_THAT(metrics_.seen, ElementsAre(Pair("widekyc", "content_encoding"),
                                           Pair("widekyc", "string_for_bool")));
  }
  upstream::HttpResponse plain = Ok(R"({"statusCode":"SUCCESSFUL"})");
  plain.headers = {{"content-encoding", "gzip"}};
  first_.result = plain;
  EXPECT_THAT(std::string(Detect(Make(1), Request("")).status().message()),
              testing::HasSubstr("is a success without a result"));
}

TEST_F(Service, SuccessThatCannotBeUnpackedIsMalformed) {
  const std::string bytes = "\x1F\x8B\x08";
  upstream::HttpResponse packed = Ok(bytes);
  packed.headers = {{"content-encoding", "br"}};
  first_.result = packed;
  const WideKycService service = Make(1);
  const absl::Status status = Detect(service, Request("")).status();
  EXPECT_EQ(ReasonOf(status), "UPSTREAM_MALFORMED");
  EXPECT_EQ(MetadataOf(status, "outcome"), "answered");
  EXPECT_THAT(std::string(status.message()),
              testing::HasSubstr("widekyc has a Content-Encoding that is not known"));
  ASSERT_EQ(kept_.kept.size(), 1u);
  EXPECT_EQ(kept_.kept[0].body, bytes) << "as it came";
  packed.status = 500;
  first_.result = packed;
  EXPECT_EQ(ReasonOf(Detect(service, Request("")).status()), "UPSTREAM_INTERNAL_ERROR");
}

TEST_F(Service, OtherRepliesAndFailuresAreNotKept) {
  const WideKycService service = Make(1);
  upstream::HttpResponse refused = Ok("<html>not here</html>");
  refused.status = 500;
  for (const upstream::HttpResult& result :
       {upstream::HttpResult(Ok(kLive)), upstream::HttpResult(Ok(R"({"statusCode":"ERROR"})")),
        upstream::HttpResult(refused), upstream::HttpResult(upstream::HttpFailure())}) {
    first_.result = result;
    (void)Detect(service, Request(""));
  }
  EXPECT_THAT(kept_.kept, IsEmpty());
}

TEST_F(Service, CallOutlivesItsService) {
  upstream::OnResponse later;
  absl::optional<absl::StatusOr<DetectLivenessResponse>> answer;
  {
    std::vector<Account> accounts;
    accounts.push_back({"only", Secret("t"),
                        [&](const CallContext&, upstream::HttpRequest, upstream::OnResponse done) {
                          later = std::move(done);
                        }});
    const WideKycService service({}, std::move(accounts), &metrics_);
    service.DetectLiveness({}, Request("only"), {{kJpeg}},
                           [&](auto got) { answer = std::move(got); });
  }
  ASSERT_FALSE(answer.has_value());
  std::move(later)(Ok(kLive));
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(answer->ok());
}

TEST_F(Service, RunningCallKeepsTheTokenItBeganWith) {
  std::vector<upstream::HttpRequest> sent;
  upstream::OnResponse later;
  std::vector<Account> accounts;
  accounts.push_back(
      {"only", Secret("token-1"),
       [&](const CallContext&, upstream::HttpRequest request, upstream::OnResponse done) {
         sent.push_back(std::move(request));
         later = std::move(done);
       }});
  WideKycService service({}, std::move(accounts), &metrics_);
  absl::Status first, second;
  service.DetectLiveness({}, Request(""), {{kJpeg}}, [&](auto got) { first = got.status(); });
  upstream::OnResponse answer_first = std::move(later);
  service.UseToken("only", Secret("secret-2"));
  service.DetectLiveness({}, Request(""), {{kJpeg}}, [&](auto got) { second = got.status(); });
  const char refusal[] =
      R"({"statusCode":"ERROR","responseStatusDetails":[{"description":"not token-1"}]})";
  std::move(answer_first)(Ok(refusal));
  std::move(later)(Ok(refusal));
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_THAT(sent[0].headers, testing::Contains(Pair("token", "token-1")));
  EXPECT_THAT(sent[1].headers, testing::Contains(Pair("token", "secret-2")));
  EXPECT_EQ(MetadataOf(first, "upstreamText"), "not ***") << "masked by the call's own token";
  EXPECT_EQ(MetadataOf(second, "upstreamText"), "not token-1");
}

TEST_F(Service, OtherAccountsKeepTheirTokens) {
  WideKycService service = Make(2);
  service.UseToken("second", Secret("token-3"));
  ASSERT_FALSE(Detect(service, Request("first")).ok());
  ASSERT_FALSE(Detect(service, Request("second")).ok());
  EXPECT_THAT(first_.requests.at(0).headers, testing::Contains(Pair("token", "token-1")));
  EXPECT_THAT(second_.requests.at(0).headers, testing::Contains(Pair("token", "token-3")));
}

// For the thread sanitizer; and every call is refused in the words of its own token.
TEST_F(Service, TokenIsReplacedWhileManyThreadsCall) {
  std::vector<Account> accounts;
  accounts.push_back(
      {"only", Secret("token-0"),
       [](const CallContext&, upstream::HttpRequest request, upstream::OnResponse done) {
         const auto token = absl::c_find_if(
             request.headers, [](const auto& header) { return header.first == "token"; });
         std::move(done)(Ok(
             absl::StrCat(R"({"statusCode":"ERROR","responseStatusDetails":[{"description":"not )",
                          token->second, R"("}]})")));
       }});
  FakeMetrics metrics;
  WideKycService service({}, std::move(accounts), &metrics);
  constexpr int kCallers = 4;
  std::atomic<int> unmasked = 0, running = kCallers;
  std::vector<std::thread> callers;
  for (int caller = 0; caller < kCallers; ++caller) {
    callers.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        service.DetectLiveness({}, Request(""), {{kJpeg}}, [&](auto got) {
          if (MetadataOf(got.status(), "upstreamText") != "not ***") ++unmasked;
        });
      }
      --running;
    });
  }
  for (int i = 1; running > 0; ++i) service.UseToken("only", Secret(absl::StrCat("token-", i)));
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(unmasked, 0);
}

TEST_F(Service, OtherRpcsGoToTheirOwnEndpoints) {
  const WideKycService service = Make(1);
  first_.result = Ok(
      R"({"statusCode":"SUCCESSFUL","content":{"result":{"status":"success","data":{"nik":"1"}}}})");
  RecognizeIdRequest recognize;
  recognize.set_cust_ref_no("1");
  absl::StatusOr<RecognizeIdResponse> card;
  service.RecognizeId({}, recognize, {{kJpeg}}, [&](auto got) { card = std::move(got); });
  ASSERT_TRUE(card.ok()) << card.status();
  EXPECT_EQ(card->id_card().nik(), "1");
  first_.result = Ok(
      R"({"statusCode":"SUCCESSFUL","content":{"result":{"status":"success","data":{"nik":true}}}})");
  ValidateIdRequest validate;
  validate.set_cust_ref_no("1");
  validate.set_nik("3203012503770011");
  absl::StatusOr<ValidateIdResponse> verdict;
  service.ValidateId({}, validate, {}, [&](auto got) { verdict = std::move(got); });
  ASSERT_TRUE(verdict.ok()) << verdict.status();
  EXPECT_TRUE(verdict->nik());
  ASSERT_EQ(first_.requests.size(), 2u);
  EXPECT_EQ(first_.requests[0].url, "https://widekyc.test/api/id-recognize");
  EXPECT_EQ(first_.requests[1].url, "https://widekyc.test/api/id-validation");
}

}  // namespace
}  // namespace kyc::widekyc
