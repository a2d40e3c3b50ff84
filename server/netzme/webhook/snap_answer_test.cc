#include "server/netzme/webhook/snap_answer.h"

#include "gtest/gtest.h"

namespace kyc::netzme {
namespace {

TEST(ToReply, SuccessIsTheDocumentsAnswer) {
  const http::HttpReply reply =
      ToReply({"2000000", "Successful", "6972a819-3b39-11ed-8497-00ff4cecd6c7"});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.content_type, "application/json");
  EXPECT_EQ(reply.body, R"({"responseCode":"2000000","responseMessage":"Successful",)"
                        R"("originalReferenceNo":"6972a819-3b39-11ed-8497-00ff4cecd6c7"})");
}

TEST(ToReply, ReferenceThatWasNotReadIsNotSent) {
  EXPECT_EQ(ToReply(AnswerOfStatus(401)).body,
            R"({"responseCode":"4010000","responseMessage":"Unauthorized"})");
}

TEST(ToReply, ReferenceIsEscaped) {
  EXPECT_EQ(ToReply({"2000000", "Successful", "a\"b\\c\n\xc3\xa9"}).body,
            R"({"responseCode":"2000000","responseMessage":"Successful",)"
            "\"originalReferenceNo\":\"a\\\"b\\\\c\\n\xc3\xa9\"}");
}

TEST(ToReply, HeadersSayWhatToDoNext) {
  EXPECT_EQ(ToReply(AnswerOfStatus(405)).headers, (http::Headers{{"Allow", "POST"}}));
  EXPECT_EQ(ToReply(AnswerOfStatus(429)).headers, (http::Headers{{"Retry-After", "1"}}));
  EXPECT_EQ(ToReply(AnswerOfStatus(503)).headers, (http::Headers{{"Retry-After", "1"}}));
  EXPECT_EQ(ToReply(AnswerOfStatus(400)).headers, http::Headers());
}

TEST(AnswerOfStatus, EveryCodeBeginsWithItsStatus) {
  for (int status = 200; status < 600; ++status) {
    EXPECT_EQ(ToReply(AnswerOfStatus(status)).status, status);
    EXPECT_EQ(AnswerOfStatus(status).code.size(), 7);
  }
}

}  // namespace
}  // namespace kyc::netzme
