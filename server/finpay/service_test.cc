#include "server/finpay/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/types/optional.h"
#include "server/call/error.h"
#include "server/call/kept_replies.h"
#include "server/call/testing/fake_metrics.h"

namespace kyc::finpay {
namespace {

using Request = ::finpay::linkage::v1::CreateUpgradeAccountWidgetRequest;
using Response = ::finpay::linkage::v1::CreateUpgradeAccountWidgetResponse;
using absl::StatusCode;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

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

class Service : public testing::Test {
 protected:
  // `account` is the merchant id too; sends to `sent_` and answers `result_` at once.
  Account MakeAccount(std::string name) {
    const Secret key(std::string("1234567890123456"));
    upstream::SendHttp send = [this](const CallContext&, upstream::HttpRequest request,
                                     upstream::OnResponse done) {
      sent_.push_back(request.body.ToString());
      std::move(done)(result_);
    };
    return {name, {name, Secret("123456"), *crypto::FieldCipher::Make(key, key)}, send};
  }

  UpgradeAccountService Make(const std::vector<std::string>& names) {
    std::vector<Account> accounts;
    for (const std::string& name : names) accounts.push_back(MakeAccount(name));
    WidgetOptions options;
    options.base_url = "https://finpay.test";
    return UpgradeAccountService(options, std::move(accounts), &metrics_, &kept_);
  }

  absl::StatusOr<Response> Create(const UpgradeAccountService& service, Request request) {
    absl::optional<absl::StatusOr<Response>> answer;
    service.CreateUpgradeAccountWidget({}, std::move(request), {}, [&](auto got) {
      EXPECT_FALSE(answer.has_value());
      answer = std::move(got);
    });
    return answer.value_or(absl::InternalError("no answer"));
  }

  void AnswerWith(int status, std::string body) {
    upstream::HttpResponse response;
    response.status = status;
    response.body = std::move(body);
    result_ = std::move(response);
  }

  upstream::HttpResult result_;
  std::vector<std::string> sent_;
  DeviationLog metrics_;
  KeptList kept_;
};

Request MakeRequest(std::string account) {
  Request request;
  request.set_partner_reference_no("202411011441000012");
  request.set_phone_no("6281295288912");
  request.set_account(std::move(account));
  return request;
}

TEST_F(Service, AnswerIsReadAndEveryDeviationCounted) {
  AnswerWith(200, R"({"responseCode":2020000,"responseMessage":"m"})");
  Request request = MakeRequest("");
  request.mutable_personal_data()->set_nationality("ID");
  const auto answer = Create(Make({"only"}), request);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->outcome(), ::finpay::linkage::v1::OUTCOME_KYC_IN_PROCESS);
  EXPECT_THAT(metrics_.seen,
              ElementsAre(Pair("finpay", "nationality_code"), Pair("finpay", "number_for_string"),
                          Pair("finpay", "http_status_mismatch")));
}

TEST_F(Service, NamedAccountIsTheOneThatIsSent) {
  AnswerWith(200, R"({"responseCode":"2000001","responseMessage":"m"})");
  ASSERT_TRUE(Create(Make({"first", "second"}), MakeRequest("second")).ok());
  EXPECT_THAT(sent_, ElementsAre(HasSubstr(R"("merchantId":"second")")));
}

TEST_F(Service, InvalidRequestIsNeitherSentNorCounted) {
  Request request = MakeRequest("third");
  request.mutable_personal_data()->set_nationality("ID");
  const absl::Status status = Create(Make({"first", "second"}), request).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), "INVALID_REQUEST");
  EXPECT_EQ(MetadataOf(status, "outcome"), "not_sent");
  EXPECT_THAT(sent_, IsEmpty());
  EXPECT_THAT(metrics_.seen, IsEmpty());
}

TEST_F(Service, FailureIsItsError) {
  result_ = upstream::HttpFailure();
  const absl::Status status = Create(Make({"only"}), MakeRequest("")).status();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(status), "UPSTREAM_UNREACHABLE");
  EXPECT_EQ(MetadataOf(status, "upstream"), "finpay");
}

TEST_F(Service, OnlyMalformedRepliesAreKept) {
  const UpgradeAccountService service = Make({"only"});
  for (const auto& [http, body] :
       std::vector<std::pair<int, std::string>>{{200, R"({"responseCode":"2000001"})"},
                                                {200, R"({"responseCode":"4090001"})"},
                                                {500, "<html>"},
                                                {200, R"({"responseCode":"2000003"})"}}) {
    AnswerWith(http, body);
    (void)Create(service, MakeRequest(""));
  }
  ASSERT_EQ(kept_.kept.size(), 1u);
  const KeptReply& kept = kept_.kept[0];
  EXPECT_EQ(kept.upstream, "finpay");
  EXPECT_EQ(kept.account, "only");
  EXPECT_EQ(kept.endpoint, "upgrade-account-widget");
  EXPECT_EQ(kept.body, R"({"responseCode":"2000003"})");
  EXPECT_THAT(kept.why, HasSubstr("has no responseCode that is known"));
}

TEST_F(Service, CallOutlivesItsService) {
  upstream::OnResponse later;
  absl::optional<absl::StatusOr<Response>> answer;
  {
    std::vector<Account> accounts;
    accounts.push_back(MakeAccount("only"));
    accounts[0].send = [&](const CallContext&, upstream::HttpRequest, upstream::OnResponse done) {
      later = std::move(done);
    };
    const UpgradeAccountService service({}, std::move(accounts), &metrics_);
    service.CreateUpgradeAccountWidget({}, MakeRequest(""), {},
                                       [&](auto got) { answer = std::move(got); });
  }
  ASSERT_FALSE(answer.has_value());
  AnswerWith(200, R"({"responseCode":"2000002","responseMessage":"m"})");
  std::move(later)(result_);
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(answer->ok());
}

TEST_F(Service, RunningCallKeepsTheCredentialsItBeganWith) {
  std::vector<upstream::OnResponse> later;
  std::vector<Account> accounts;
  accounts.push_back(MakeAccount("only"));
  accounts.push_back(MakeAccount("other"));
  for (Account& account : accounts) {
    account.credentials.merchant_pass = Secret("winter99");
    account.send = [&](const CallContext&, upstream::HttpRequest request,
                       upstream::OnResponse done) {
      sent_.push_back(request.body.ToString());
      later.push_back(std::move(done));
    };
  }
  const crypto::FieldCipher before = accounts[0].credentials.cipher;
  const Secret key(std::string("6543210987654321"));
  const crypto::FieldCipher after = *crypto::FieldCipher::Make(key, key);
  UpgradeAccountService service({}, std::move(accounts), &metrics_);
  std::vector<absl::Status> ended;
  const auto call = [&](const char* account) {
    service.CreateUpgradeAccountWidget({}, MakeRequest(account), {},
                                       [&](auto got) { ended.push_back(got.status()); });
  };
  call("only");
  service.UseCredentials("only", {"only-2", Secret("SummerTime"), after});
  call("only");
  call("other");
  AnswerWith(400, R"({"responseCode":"4000000","responseMessage":"not winter99"})");
  for (upstream::OnResponse& done : later) std::move(done)(result_);
  EXPECT_THAT(sent_, ElementsAre(HasSubstr(before.Encrypt("winter99")),
                                 AllOf(HasSubstr(after.Encrypt("SummerTime")),
                                       HasSubstr(R"("merchantId":"only-2")")),
                                 HasSubstr(before.Encrypt("winter99"))));
  ASSERT_EQ(ended.size(), 3u);
  EXPECT_EQ(MetadataOf(ended[0], "upstreamText"), "not ***") << "masked by the call's own";
  EXPECT_EQ(MetadataOf(ended[1], "upstreamText"), "not winter99");
}

}  // namespace
}  // namespace kyc::finpay
