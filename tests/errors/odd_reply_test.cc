// Replies that are right but odd: the answer is given, and what was left out of it is named.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/support/gateway_test.h"
#include "tests/support/requests.h"
#include "tests/support/scripted_upstream.h"

namespace kyc::tests {
namespace {

constexpr char kMalformed[] = "INTERNAL UPSTREAM_MALFORMED answered -";
constexpr char kTrxId[] = "202303291030019483";

// A success of WideKYC with its transaction id.
std::string Success(absl::string_view rest) {
  return absl::StrCat(R"({"statusCode":"SUCCESSFUL","content":{"result":{"trx_id":")", kTrxId,
                      R"(","status":"success",)", rest, "}}}");
}

class OddReplyTest : public GatewayTest {
 protected:
  void SetUp() override {
    StartGateway({.finpay_url = upstream_.url(), .widekyc_url = upstream_.url()});
  }

  void AnswerWith(std::string body) {
    const std::lock_guard lock(mutex_);
    body_ = std::move(body);
  }

  double Deviations(const std::string& upstream, const std::string& kind) {
    return gateway().Metric(
        absl::StrCat("kyc_deviations_total{kind=\"", kind, "\",upstream=\"", upstream, "\"}"));
  }

 private:
  void Serve(ScriptedPeer& peer) {
    while (peer.TakeRequest()) {
      const std::lock_guard lock(mutex_);
      peer.Write(
          absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: ", body_.size(), "\r\n\r\n", body_));
    }
  }

  std::mutex mutex_;
  std::string body_;  // Guarded by mutex_.
  ScriptedUpstream upstream_{[this](ScriptedPeer& peer) { Serve(peer); }};
};

TEST_F(OddReplyTest, TimestampInAnyWritingIsReadAndAnotherLeftOut) {
  AnswerWith(Success(R"("result":"True","timestamp":1.680060646134E12)"));
  auto reply = client().DetectLiveness(Liveness());
  ASSERT_EQ(reply.error.Summary(), "OK");
  EXPECT_TRUE(reply.response.live());
  EXPECT_EQ(reply.response.transaction().timestamp().seconds(), 1680060646);
  EXPECT_EQ(Deviations("widekyc", "unreadable:timestamp"), -1) << "there is none";

  AnswerWith(Success("\"result\":true,\"timestamp\":\"noon\",\"new\":[\"\xff\"]"));
  reply = client().DetectLiveness(Liveness());
  ASSERT_EQ(reply.error.Summary(), "OK");
  EXPECT_TRUE(reply.response.live());
  EXPECT_EQ(reply.response.transaction().trx_id(), kTrxId);
  EXPECT_FALSE(reply.response.transaction().has_timestamp());
  EXPECT_EQ(Deviations("widekyc", "unreadable:timestamp"), 1);
}

TEST_F(OddReplyTest, SuccessWithoutAVerdictIsNoneAndNamesItsTransaction) {
  AnswerWith(Success(R"("result":"perhaps")"));
  ErrorView error = client().DetectLiveness(Liveness()).error;
  EXPECT_EQ(error.Summary(), kMalformed);
  EXPECT_EQ(error.Meta("trxId"), kTrxId);
  AnswerWith(Success(R"("data":{"nik":"","nama":" "})"));
  error = client().RecognizeId(Recognize()).error;
  EXPECT_EQ(error.Summary(), kMalformed);
  EXPECT_EQ(error.Meta("trxId"), kTrxId);
  AnswerWith(Success(R"("data":{"nik":null})"));
  error = client().ValidateId(Validate()).error;
  EXPECT_EQ(error.Summary(), kMalformed);
  EXPECT_EQ(error.Meta("trxId"), kTrxId);
}

TEST_F(OddReplyTest, NumberForAnIdentifierIsItsDigits) {
  AnswerWith(Success(R"("data":{"nik":3.201010101010001E15,"nama":"x"})"));
  auto reply = client().RecognizeId(Recognize());
  ASSERT_EQ(reply.error.Summary(), "OK");
  EXPECT_EQ(reply.response.id_card().nik(), "3201010101010001");
  AnswerWith(Success(R"("data":{"nik":3.2010101010100012E15,"nama":"x"})"));
  reply = client().RecognizeId(Recognize());
  ASSERT_EQ(reply.error.Summary(), "OK");
  EXPECT_FALSE(reply.response.id_card().has_nik());
  EXPECT_EQ(Deviations("widekyc", "unreadable:nik"), 1);
}

TEST_F(OddReplyTest, IssuedWidgetIsGivenWithoutItsExpiry) {
  AnswerWith(R"({"responseCode":"2000000","responseMessage":"m","widgetUrl":"https://a.example/w",)"
             R"("expiryTime":"2024-11-01T14:01:10+07:00"})");
  const auto reply = client().CreateWidget(Widget());
  ASSERT_EQ(reply.error.Summary(), "OK");
  EXPECT_EQ(reply.response.widget_url(), "https://a.example/w");
  EXPECT_FALSE(reply.response.has_expiry_time());
  EXPECT_EQ(reply.response.expiry_time_text(), "2024-11-01T14:01:10+07:00");
  EXPECT_EQ(Deviations("finpay", "unreadable:expiryTime"), 1);
}

TEST_F(OddReplyTest, ReferenceThatIsNoIdentifierIsRefusedByEveryRpc) {
  constexpr char kInvalid[] = "INVALID_ARGUMENT INVALID_REQUEST not_sent BadRequest";
  for (const char* bad : {"order\r\nX: 1", "            ", "order-\xe2\x80\xae-0001"}) {
    LivenessRequest liveness = Liveness();
    liveness.set_cust_ref_no(bad);
    EXPECT_EQ(client().DetectLiveness(liveness).error.Summary(), kInvalid);
    RecognizeRequest recognize = Recognize();
    recognize.set_cust_ref_no(bad);
    EXPECT_EQ(client().RecognizeId(recognize).error.Summary(), kInvalid);
    ValidateRequest validate = Validate();
    validate.set_cust_ref_no(bad);
    EXPECT_EQ(client().ValidateId(validate).error.Summary(), kInvalid);
    WidgetRequest widget = Widget();
    widget.set_partner_reference_no(bad);
    EXPECT_EQ(client().CreateWidget(widget).error.Summary(), kInvalid);
  }
}

}  // namespace
}  // namespace kyc::tests
