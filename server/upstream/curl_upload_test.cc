// Bodies on their way: streamed, let go of, and what a reply tells that comes before they have
// left.
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/escaping.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "server/upstream/curl_loop.h"
#include "server/upstream/testing/fake_upstream.h"
#include "server/upstream/testing/test_client.h"

namespace kyc::upstream {
namespace {

class CurlUploadTest : public ::testing::Test {
 protected:
  HttpResult Send(const FakeUpstream& upstream, std::string text) {
    return SendAndWait(send_, TextRequest(upstream.url(), std::move(text)));
  }

  std::unique_ptr<CurlLoop> loop_ = CurlLoop::Start().value();
  SendHttp send_ = loop_->Sender({});
};

TEST_F(CurlUploadTest, ImageIsStreamedAsBase64) {
  FakeUpstream upstream(AnswerAll(Reply("ok")));
  std::string image(3'000'001, '\0');
  for (size_t i = 0; i < image.size(); ++i) image[i] = char(i * 2654435761u >> 13);
  const absl::string_view all = image;
  HttpRequest request = {
      .url = upstream.url(),
      .headers = {},
      .body = std::move(json::ObjectWriter().Base64(
                            "image", "data:image/jpeg;base64,",
                            Blob{{all.substr(0, 1), all.substr(1, 100'000), all.substr(100'001)}}))
                  .Finish()};

  EXPECT_EQ(Describe(SendAndWait(send_, std::move(request))), "200 ok");

  const std::string seen = upstream.seen().at(0).body;
  absl::string_view body = seen;
  ASSERT_TRUE(absl::ConsumePrefix(&body, "{\"image\":\"data:image/jpeg;base64,"));
  ASSERT_TRUE(absl::ConsumeSuffix(&body, "\"}"));
  std::string decoded;
  ASSERT_TRUE(absl::Base64Unescape(body, &decoded));
  EXPECT_TRUE(decoded == image);
}

// Also one that libcurl asks for in one piece.
TEST_F(CurlUploadTest, ImageIsLetGoOfWhileItsCallWaits) {
  for (const size_t size : {size_t{20'000}, size_t{100'000}, size_t{3'000'000}}) {
    absl::Notification let_go;
    absl::Notification answer;
    FakeUpstream upstream([&](FakeUpstream& self, FakeConnection& connection) {
      if (!self.Receive(connection)) return;
      answer.WaitForNotification();
      connection.Write(Reply("ok"));
    });
    const std::string image(size, 'i');
    Blob blob{{image}, {std::shared_ptr<const void>(&image, [&](auto) { let_go.Notify(); })}};
    HttpRequest request = {
        .url = upstream.url(),
        .headers = {},
        .body = std::move(json::ObjectWriter().Base64("i", "", std::move(blob))).Finish()};
    Results results;
    send_({}, std::move(request), results.For(0));
    EXPECT_TRUE(let_go.WaitForNotificationWithTimeout(absl::Seconds(30))) << size;
    EXPECT_EQ(results.size(), 0u);
    answer.Notify();
    EXPECT_EQ(Describe(results.Await(1).find(0)->second), "200 ok");
  }
}

TEST_F(CurlUploadTest, EarlyReplyWhileTheBodyIsStillBeingSentIsAnAnswer) {
  FakeUpstream upstream([](FakeUpstream& self, FakeConnection& connection) {
    absl::optional<SeenRequest> request = connection.ReadHead();
    if (!request) return;
    self.Note(*request);
    connection.Write(Reply("too large", "413 Payload Too Large"));
    connection.EndWriting();
    connection.Drain();
  });
  EXPECT_EQ(Describe(Send(upstream, std::string(8 << 20, 'x'))), "413 too large");
}

// Answers once it has read that much of the body, and reads no more.
FakeUpstream::Script AnswerAfter(size_t bytes) {
  return [bytes](FakeUpstream&, FakeConnection& connection) {
    absl::optional<SeenRequest> request = connection.ReadHead();
    if (!request) return;
    connection.ReadBody(*request, bytes);
    connection.Write(Reply("", "503 Service Unavailable"));
    connection.EndWriting();
    connection.Drain();
  };
}

struct Early {
  const char* name;
  size_t body;
  size_t read;
  bool surely_unprocessed;
};
void PrintTo(const Early& early, std::ostream* out) { *out << early.name; }

class EarlyReplyTest : public CurlUploadTest, public testing::WithParamInterface<Early> {};

TEST_P(EarlyReplyTest, IsSureOnlyBeforeAllOfTheBodyHasLeft) {
  FakeUpstream upstream(AnswerAfter(GetParam().read));
  const auto response = std::get<HttpResponse>(Send(upstream, std::string(GetParam().body, 'x')));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.surely_unprocessed, GetParam().surely_unprocessed);
}

INSTANTIATE_TEST_SUITE_P(All, EarlyReplyTest,
                         testing::Values(Early{"LargeAtItsHead", 16 << 20, 0, true},
                                         Early{"LargeInItsMiddle", 16 << 20, 1 << 20, true},
                                         Early{"LargeAtItsEnd", 1 << 20, 1 << 20, false},
                                         // It leaves with its header, whatever the upstream takes.
                                         Early{"SmallAtItsHead", 1000, 0, false},
                                         Early{"Empty", 0, 0, false}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace kyc::upstream
