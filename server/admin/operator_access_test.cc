#include "server/admin/operator_access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/call/testing/fake_metrics.h"
#include "server/crypto/mac.h"

namespace kyc::admin {
namespace {

using testing::ElementsAre;

constexpr char kToken[] = "a-token-of-operators-1";
constexpr char kNext[] = "a-token-of-operators-2";

std::string Basic(absl::string_view name_and_password) {
  return absl::StrCat("Basic ", absl::Base64Escape(name_and_password));
}

class Counted : public FakeMetrics {
 public:
  void RequestNotLetIn(absl::string_view listener, absl::string_view why) override {
    whys.push_back(absl::StrCat(listener, " ", why));
  }
  std::vector<std::string> whys;
};

class OperatorAccessTest : public testing::Test {
 protected:
  // The status of a request with this header; null: without one.
  int Ask(const char* authorization) {
    http::HttpCall head;
    head.from = *IpAddress::Parse("203.0.113.7");
    if (authorization != nullptr) head.headers.emplace_back("authorization", authorization);
    const auto refusal = access_.RefusalOf(head);
    return refusal.has_value() ? refusal->status : 200;
  }

  Counted metrics_;
  std::vector<std::string> lines_;
  OperatorAccess access_{metrics_, [this](absl::string_view line) { lines_.emplace_back(line); }};
};

TEST_F(OperatorAccessTest, WithoutTokensNobodyIsAsked) {
  access_.Use({});
  EXPECT_EQ(Ask(nullptr), 200);
  EXPECT_EQ(Ask("Bearer whatever"), 200);
}

TEST_F(OperatorAccessTest, TokensAndDigestsLetInUntilOthersTakeTheirPlace) {
  config::Admin admin;
  admin.tokens = {Secret(kToken)};
  access_.Use(admin);
  EXPECT_EQ(Ask("Bearer a-token-of-operators-1"), 200);
  EXPECT_EQ(Ask("bearer a-token-of-operators-1"), 200);
  EXPECT_EQ(Ask("Bearer a-token-of-operators-2"), 401);
  EXPECT_EQ(Ask(Basic("me:a-token-of-operators-1").c_str()), 200);
  EXPECT_EQ(Ask(Basic("a-token-of-operators-1:me").c_str()), 401);
  admin.tokens.clear();
  admin.token_digests = {crypto::Sha256(kNext)};
  access_.Use(admin);
  EXPECT_EQ(Ask("Bearer a-token-of-operators-1"), 401);
  EXPECT_EQ(Ask("Bearer a-token-of-operators-2"), 200);
}

TEST_F(OperatorAccessTest, ReloadWithoutTokensOpensNothing) {
  config::Admin admin;
  access_.Use(admin);
  admin.tokens = {Secret(kToken)};
  access_.Use(admin);
  EXPECT_EQ(Ask(nullptr), 401);
  access_.Use({});
  EXPECT_EQ(Ask(nullptr), 401);
  EXPECT_EQ(Ask("Bearer a-token-of-operators-1"), 401);
}

TEST_F(OperatorAccessTest, TokenThatIsEasilyGuessedIsRefusedThoughItsDigestIsThere) {
  config::Admin admin;
  admin.token_digests = {crypto::Sha256("1234")};
  access_.Use(admin);
  EXPECT_EQ(Ask("Bearer 1234"), 401);
}

TEST_F(OperatorAccessTest, EachRefusalHasItsReasonLineAndCount) {
  config::Admin admin;
  admin.tokens = {Secret(kToken)};
  access_.Use(admin);
  EXPECT_EQ(Ask(nullptr), 401);
  EXPECT_EQ(Ask("Basic a-token-of-operators-1"), 401);
  EXPECT_EQ(Ask(Basic("no colon").c_str()), 401);
  EXPECT_EQ(Ask("Bearer "), 401);
  EXPECT_THAT(metrics_.whys, ElementsAre("admin no_credentials", "admin not_bearer",
                                         "admin not_bearer", "admin unknown_token"));
  EXPECT_THAT(lines_, ElementsAre("not let in: listener=admin why=no_credentials from=203.0.113.7",
                                  "not let in: listener=admin why=not_bearer from=203.0.113.7",
                                  "not let in: listener=admin why=unknown_token from=203.0.113.7"));
}

}  // namespace
}  // namespace kyc::admin
