#include "server/admin/exposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

#include "server/admin/prometheus_metrics.h"

namespace kyc::admin {
namespace {

using testing::Contains;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

std::string Unpacked(const std::string& packed) {
  std::string text(1 << 20, '\0');
  z_stream stream = {};
  EXPECT_EQ(inflateInit2(&stream, 16 + MAX_WBITS), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

http::HttpCall Scrape(const char* accept, const char* coding = "") {
  http::HttpCall call;
  if (*accept != 0) call.headers.emplace_back("accept", accept);
  if (*coding != 0) call.headers.emplace_back("accept-encoding", coding);
  return call;
}

TEST(Exposition, ACounterIsNamedWithoutTotalAndTheEndIsSaid) {
  EXPECT_EQ(OpenMetricsOf("# HELP a_total What \"is\" said.\n# TYPE a_total counter\n"
                          "a_total{b=\"c\"} 1\n# HELP d Another.\n# TYPE d gauge\nd 2\n"
                          "# TYPE e histogram\ne_bucket{le=\"0.5\"} 3\n"),
            "# TYPE a counter\n# HELP a What \\\"is\\\" said.\na_total{b=\"c\"} 1\n"
            "# TYPE d gauge\n# HELP d Another.\nd 2\n"
            "# TYPE e histogram\ne_bucket{le=\"0.5\"} 3\n# EOF\n");
}

TEST(Exposition, EveryFamilyOfOursIsThere) {
  const auto metrics = MakePrometheusMetrics();
  metrics->Committed(3, 1, absl::Milliseconds(2));
  const std::string text = OpenMetricsOf(metrics->Text());
  EXPECT_THAT(text, HasSubstr("# TYPE kyc_events_appended counter\n# HELP kyc_events_appended "));
  EXPECT_THAT(text, HasSubstr("\nkyc_events_appended_total 3\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE process_cpu_seconds counter\n"));
  EXPECT_THAT(text, HasSubstr("\nkyc_commit_seconds_bucket{le=\"0.0025\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("_total counter")));
  EXPECT_THAT(text, EndsWith("\n# EOF\n"));
}

TEST(Exposition, TheFormIsWhatIsLikedBest) {
  const std::string text = "# TYPE a counter\na_total 1\n";
  const char prometheus[] =
      "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
      "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
  EXPECT_EQ(MetricsReply(Scrape(prometheus), text).content_type,
            "application/openmetrics-text; version=1.0.0; charset=utf-8");
  for (const char* plain : {"", "*/*", "text/html,application/xml;q=0.9,*/*;q=0.8",
                            "text/plain, application/openmetrics-text;q=0.5"}) {
    const http::HttpReply reply = MetricsReply(Scrape(plain), text);
    EXPECT_EQ(reply.content_type, "text/plain; version=0.0.4; charset=utf-8") << plain;
    EXPECT_EQ(reply.body, text);
  }
}

TEST(Exposition, AsGzipForWhoTakesIt) {
  const std::string text = MakePrometheusMetrics()->Text();
  const http::HttpReply packed = MetricsReply(Scrape("", "gzip, deflate"), text);
  EXPECT_THAT(packed.headers, Contains(Pair("Content-Encoding", "gzip")));
  EXPECT_THAT(packed.headers, Contains(Pair("Vary", "Accept, Accept-Encoding")));
  EXPECT_LT(packed.body.size(), text.size() / 3);
  EXPECT_EQ(Unpacked(packed.body), text);
  EXPECT_EQ(MetricsReply(Scrape("", "identity"), text).body, text);
  EXPECT_EQ(MetricsReply(Scrape("", "gzip"), "short").body, "short");
}

}  // namespace
}  // namespace kyc::admin
