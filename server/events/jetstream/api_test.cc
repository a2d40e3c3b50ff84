#include "server/events/jetstream/api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/call/error.h"

namespace kyc::events::jetstream {
namespace {

Message Answer(const std::string& data) {
  Message message;
  message.data = data;
  return message;
}

TEST(PublishAnswerTest, EachAnswerIsReadAsWhatItProves) {
  using Kind = PublishAnswer::Kind;
  const struct {
    std::string data;
    Kind kind;
    int64_t sequence;
  } cases[] = {
      {R"({"stream":"KYC", "seq":7})", Kind::kStored, 7},
      {R"({"stream":"KYC", "seq":7,"duplicate": true})", Kind::kDuplicate, 7},
      // What is on its way has no sequence yet.
      {R"({"stream":"KYC", "seq":0,"duplicate": true})", Kind::kDuplicate, 0},
      {R"({"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 1"},)"
       R"("stream":"KYC","seq":0})",
       Kind::kRefused, 0},
  };
  for (const auto& c : cases) {
    const absl::StatusOr<PublishAnswer> answer = ReadPublishAnswer(Answer(c.data));
    ASSERT_TRUE(answer.ok()) << c.data;
    EXPECT_EQ(answer->kind, c.kind) << c.data;
    EXPECT_EQ(answer->sequence, c.sequence) << c.data;
  }
}

TEST(PublishAnswerTest, AnythingElseIsNoAnswer) {
  for (const char* data :
       {"", "{}", "not JSON", R"({"stream":"KYC","seq":0})", R"({"stream":"KYC","seq":-1})",
        R"({"error":{"code":503,"err_code":10077,"description":"x"},"stream":"KYC","seq":0})"}) {
    EXPECT_EQ(ReasonOf(ReadPublishAnswer(Answer(data)).status()), "LOG_UNREACHABLE") << data;
  }
  Message nobody;
  nobody.status = "503";
  EXPECT_EQ(ReasonOf(ReadPublishAnswer(nobody).status()), "LOG_UNREACHABLE");
}

TEST(KeptTest, MessageIsReadWithItsSequence) {
  const auto kept = ReadKept(
      Answer(R"({"type":"x","message":{"subject":"kyc.a","seq":2,"data":"aGVsbG8=","time":"t"}})"));
  ASSERT_TRUE(kept.ok() && kept->has_value());
  EXPECT_EQ((*kept)->sequence, 2);
  EXPECT_EQ((*kept)->subject, "kyc.a");
  EXPECT_EQ((*kept)->data, "hello");
}

TEST(KeptTest, NoneIsNotAnError) {
  const auto kept = ReadKept(
      Answer(R"({"error":{"code":404,"err_code":10037,"description":"no message found"}})"));
  ASSERT_TRUE(kept.ok());
  EXPECT_FALSE(kept->has_value());
}

TEST(KeptTest, AnyOtherErrorIsNotNone) {
  for (const char* data : {R"({"error":{"code":404,"err_code":10059,"description":"no stream"}})",
                           R"({"error":{"code":503}})", R"({"message":{}})",
                           R"({"message":{"subject":"a","seq":1,"data":"?"}})"}) {
    EXPECT_FALSE(ReadKept(Answer(data)).ok()) << data;
  }
}

TEST(DeliveredTest, PlaceIsReadFromTheReplySubjectOfEitherForm) {
  for (const char* reply : {"$JS.ACK.KYC.c1.1.42.7.1795230038443286044.3",
                            "$JS.ACK._.hash.KYC.c1.1.42.7.1795230038443286044.3",
                            "$JS.ACK.hub.hash.KYC.c1.1.42.7.1795230038443286044.3.token"}) {
    const absl::optional<Delivered> delivered = ReadDelivered(reply);
    ASSERT_TRUE(delivered.has_value()) << reply;
    EXPECT_EQ(delivered->sequence, 42);
    EXPECT_EQ(delivered->consumer_sequence, 7);
    EXPECT_EQ(delivered->time_us, 1795230038443286);
    EXPECT_EQ(delivered->pending, 3);
  }
}

TEST(DeliveredTest, OtherReplySubjectsHaveNoPlace) {
  for (const char* reply :
       {"", "_INBOX.a", "$JS.ACK.KYC.c1.1.x.7.1.0", "$JS.FC.KYC.c1.1.42.7.1.0"}) {
    EXPECT_FALSE(ReadDelivered(reply).has_value()) << reply;
  }
}

TEST(StreamInfoTest, MissingAndTakenStreamsAreTold) {
  EXPECT_TRUE(absl::IsNotFound(
      ReadStreamInfo(Answer(R"({"error":{"code":404,"err_code":10059}})")).status()));
  EXPECT_TRUE(absl::IsAlreadyExists(
      ReadStreamInfo(Answer(R"({"error":{"code":400,"err_code":10058}})")).status()));
}

}  // namespace
}  // namespace kyc::events::jetstream
