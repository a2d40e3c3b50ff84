#include "tools/simulator/simulator.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <string>
#include <vector>

#include "tools/simulator/documents.h"
#include "tools/simulator/testing/raw_client.h"
#include "tools/simulator/testing/sample_requests.h"
#include "tools/simulator/testing/simulator_fixture.h"

namespace kyc::simulator {
namespace {

TEST_F(SimulatorTest, SampleRequestsGetTheDocumentsReplies) {
  EXPECT_EQ(BodyOf(Post(kLiveness, LivenessBody("3322873"))), kLivenessReply);
  EXPECT_EQ(BodyOf(Post("/api/id-recognize", RecognizeBody("4222873"))), kRecognizeReply);
  EXPECT_EQ(BodyOf(Post("/api/id-validation", ValidationBody("5102873", "3203012503770011"))),
            kValidationReply);
  EXPECT_EQ(BodyOf(Post(kFinpay, WidgetBody(kReference, "6281295288912"))), kWidgetReply);
}

TEST_F(SimulatorTest, UnknownPathIsNotFound) { EXPECT_EQ(StatusOf(Post("/api/other", "{}")), 404); }

TEST_F(SimulatorTest, OneConnectionServesManyRequests) {
  RawClient client(simulator_.port());
  for (int i = 0; i < 3; ++i) {
    client.Send(PostRequest(kLiveness, kHeaders, LivenessBody("3322873")));
    EXPECT_EQ(BodyOf(client.ReadReply()), kLivenessReply);
  }
  const boost::json::value last = Get("/sim/last");
  const boost::json::array& requests = last.at("requests").as_array();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[0].at("connection"), requests[2].at("connection"));
}

TEST_F(SimulatorTest, CountsWholeBodiesOfAReference) {
  Post(kLiveness, LivenessBody("one"));
  Post(kLiveness, LivenessBody("two"));
  Post(kLiveness, LivenessBody("two"));
  EXPECT_EQ(Get("/sim/count").at("count"), 3);
  EXPECT_EQ(Get("/sim/count?reference=two").at("count"), 2);
  EXPECT_EQ(Get("/sim/count?reference=three").at("count"), 0);
  Post("/sim/reset", "");
  EXPECT_EQ(Get("/sim/count").at("count"), 0);
}

TEST_F(SimulatorTest, LastKeepsAHundred) {
  for (int i = 0; i < 103; ++i) Post(kLiveness, LivenessBody(std::to_string(i)));
  const boost::json::value last = Get("/sim/last");
  ASSERT_EQ(last.at("requests").as_array().size(), 100u);
  EXPECT_EQ(last.at("requests").as_array()[0].at("reference"), "102");
  EXPECT_EQ(Get("/sim/last?reference=50").at("requests").as_array().size(), 1u);
}

TEST_F(SimulatorTest, ThousandConnectionsAtOnceAreAllAnswered) {
  std::vector<RawClient> clients;
  for (int i = 0; i < 1000; ++i) clients.emplace_back(simulator_.port());
  const std::string request = PostRequest(kLiveness, kHeaders, LivenessBody("3322873"));
  for (RawClient& client : clients) client.Send(request.substr(0, 150));
  for (RawClient& client : clients) client.Send(request.substr(150));
  for (RawClient& client : clients) ASSERT_EQ(BodyOf(client.ReadReply()), kLivenessReply);
}

TEST_F(SimulatorTest, TwoPicturesOfEightMebibytesPass) {
  const std::string image = std::string(kTinyJpegBase64) + std::string(11'184'800, 'A');
  EXPECT_EQ(BodyOf(Post(kFinpay, WidgetBody(kReference, "6281295288912", image))), kWidgetReply);
  const boost::json::value last = Get("/sim/last");
  EXPECT_EQ(last.at("requests").as_array()[0].at("images").at("images.ktp").at("bytes"), 8'388'606);
}

TEST_F(SimulatorTest, RepeatedReferenceIsRefusedWhenAskedTo) {
  EXPECT_EQ(StatusOf(Post(kFinpay, WidgetBody(kReference, "6281295288912"))), 200);
  const std::string reply = Post(kFinpay, WidgetBody(kReference, "6281295288912"));
  EXPECT_EQ(StatusOf(reply), 409);
  EXPECT_EQ(BodyOf(reply), FinpayReply("4090001", "Duplicate partnerReferenceNo"));
}

TEST_F(SimulatorTest, WidgetIsFollowedByItsNotification) {
  Post(kFinpay, WidgetBody(kReference, "6281295288912"));
  const Request request = receiver_.Next();
  EXPECT_EQ(request.method + " " + request.target, "POST /notify");
  EXPECT_EQ(request.header("x-callback-token"), "the-token");
  EXPECT_EQ(request.header("content-type"), "application/json");
  const boost::json::value body = boost::json::parse(request.body);
  EXPECT_EQ(body.at("originalReferenceNo"), kReference);
  EXPECT_EQ(body.at("status"), "approved");
  EXPECT_EQ(body.at("motherMaidenName"), "123456");
}

TEST_F(SimulatorTest, NotificationIsRepeatedUntilTaken) {
  receiver_.AnswerNextWith(503);
  receiver_.AnswerNextWith(500);
  Post(kFinpay, WidgetBody(kReference, "628129521005"));  // Approved, twice.
  const std::string first = receiver_.Next().body;
  EXPECT_EQ(receiver_.Next().body, first);
  EXPECT_EQ(receiver_.Next().body, first);
  EXPECT_EQ(receiver_.Next().body, first);  // The second of the two.
}

TEST_F(SimulatorTest, NotificationWithAWrongTokenIsNotRepeated) {
  receiver_.AnswerNextWith(401);
  Post(kFinpay, WidgetBody(kReference, "628129521008"));
  EXPECT_EQ(receiver_.Next().header("x-callback-token"), "not-the-token");
  EXPECT_EQ(receiver_.Next().header("x-callback-token"), "the-token");
}

TEST(NotificationBodyTest, BothShapesHoldTheStatusOnce) {
  const auto top = boost::json::parse(NotificationBody({"ref", "", {}}, {"rejected"}, false));
  EXPECT_EQ(top.at("status"), "rejected");
  EXPECT_FALSE(top.at("additionalInfo").as_object().contains("status"));
  EXPECT_FALSE(top.at("additionalInfo").as_object().contains("benefits"));
  EXPECT_EQ(top.at("additionalInfo").at("rejectReasons").as_array().size(), 1u);
  const auto inside = boost::json::parse(NotificationBody({"ref", "", {}}, {"approved"}, true));
  EXPECT_EQ(inside.at("additionalInfo").at("status"), "approved");
  EXPECT_FALSE(inside.as_object().contains("status"));
  EXPECT_EQ(inside.at("additionalInfo").at("benefits").as_array().size(), 3u);
}

TEST_F(SimulatorTest, IdleCloseIsNotAnnounced) {
  RawClient client(simulator_.port());
  client.Send(PostRequest(kLiveness, kHeaders, LivenessBody("sim-idle-close")));
  EXPECT_EQ(HeaderOf(client.ReadAll(), "Connection"), "");
}

// A few rows by their literal replies, so that the table itself can be wrong.
TEST_F(SimulatorTest, DocumentedErrorsAreTheDocumentsBytes) {
  EXPECT_EQ(BodyOf(Post(kLiveness, LivenessBody("sim-quota"))),
            "{\n\"statusCode\": \"ERROR\",\n\"responseStatusDetails\": [\n{\n"
            "\"description\": \"Quota Exceeded\",\n\"type\": \"Exception\"\n}\n]\n}");
  EXPECT_NE(BodyOf(Post(kLiveness, LivenessBody("sim-not-activated")))
                .find("\"Product is not activated. Please Check Available Products in Manage "
                      "Product Menu\""),
            std::string::npos);
  EXPECT_NE(BodyOf(Post(kLiveness, LivenessBody("sim-not-approved")))
                .find("\"Product is not activated yet by Admin\""),
            std::string::npos);
  const std::string reply = Post(kFinpay, WidgetBody(kReference, "628129520202"));
  EXPECT_EQ(StatusOf(reply), 202);
  EXPECT_NE(BodyOf(reply).find("\"2020000\""), std::string::npos);
}

TEST_F(SimulatorTest, FaultsWithinTheBodyNeedOnlyItsFirstBytes) {
  const std::string image = std::string(kTinyJpegBase64) + std::string(1 << 20, 'A');
  const std::string early = PostRequest(kLiveness, kHeaders, LivenessBody("sim-early-503", image));
  RawClient patient(simulator_.port());
  patient.Send(early.substr(0, early.size() / 2));
  EXPECT_EQ(StatusOf(patient.ReadReply()), 503);
  const std::string reset =
      PostRequest(kFinpay, kHeaders, WidgetBody(kReference, "628129520902", image));
  RawClient cut(simulator_.port());
  cut.Send(reset.substr(0, reset.size() / 2));
  EXPECT_EQ(cut.ReadAll(), "");
  EXPECT_TRUE(cut.reset());
  EXPECT_EQ(Get("/sim/count").at("count"), 0);
}

}  // namespace
}  // namespace kyc::simulator
