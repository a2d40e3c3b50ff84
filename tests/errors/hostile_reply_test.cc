// Upstreams whose replies are wrong, endless or slow: the documented error, in bounded memory, and
// the next call is served.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/gateway_test.h"
#include "tests/support/requests.h"
#include "tests/support/sanitized.h"
#include "tests/support/scripted_upstream.h"

namespace kyc::tests {
namespace {

constexpr char kOk[] = "OK";
constexpr char kMalformed[] = "INTERNAL UPSTREAM_MALFORMED answered -";
constexpr char kTimeout[] = "DEADLINE_EXCEEDED UPSTREAM_TIMEOUT unknown -";
constexpr size_t kGigabyte = size_t{1} << 30;
// A reply may have 1 MiB; twice that while it grows, and once more while it is read.
constexpr int64_t kMostGrowthKiB = 16 << 10;

std::string Reply(absl::string_view more_headers, absl::string_view body) {
  return absl::StrCat("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ", body.size(),
                      "\r\n", more_headers, "\r\n", body);
}
std::string LiveReply() { return Reply("", kLiveReply); }

std::string Gzipped(absl::string_view text) {
  z_stream stream = {};
  if (deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK) std::abort();
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) std::abort();
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

struct Case {
  const char* name;
  // To the first request; then the connection is closed.
  std::function<void(ScriptedPeer&)> answer;
  const char* expected;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class HostileReplyTest : public GatewayTest, public testing::WithParamInterface<Case> {
 protected:
  ErrorView Call() { return client().DetectLiveness(Liveness()).error; }

  // The first request is answered as the case says, later ones as they should be.
  void Serve(ScriptedPeer& peer) {
    while (peer.TakeRequest()) {
      if (!answered_.exchange(true)) return GetParam().answer(peer);
      peer.Write(LiveReply());
    }
  }

  std::atomic<bool> answered_ = false;
  ScriptedUpstream upstream_{[this](ScriptedPeer& peer) { Serve(peer); }};
};

TEST_P(HostileReplyTest, IsTheDocumentedErrorInBoundedMemory) {
  StartGateway({.widekyc_url = upstream_.url(),
                .widekyc_upstream = "attempt_timeout { seconds: 2 nanos: 500000000 }"});
  EXPECT_EQ(client().DetectLiveness(LivenessRequest()).error.reason, "INVALID_REQUEST");
  const int64_t before = gateway().process().ProcStatus("VmHWM");
  const ErrorView error = Call();
  EXPECT_EQ(error.Summary(), GetParam().expected) << gateway().process().StandardError();
  EXPECT_EQ(error.Meta("attempts"), error.reason.empty() ? "-" : "1");
  EXPECT_EQ(Call().Summary(), kOk) << "the next call";
  const int64_t growth = gateway().process().ProcStatus("VmHWM") - before;
  EXPECT_TRUE(kSanitized || growth < kMostGrowthKiB) << growth << " KiB more";
}

const Case kRead[] = {
    {"Chunked",
     [](ScriptedPeer& peer) {
       peer.Write("HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
       for (const char& byte : absl::string_view(kLiveReply)) {
         peer.Write(absl::StrCat("1;extension=x\r\n", std::string(1, byte), "\r\n"));
       }
       peer.Write("0\r\nTrailer: x\r\nContent-Length: 7\r\n\r\n");
     },
     kOk},
    {"Http10WithoutLength",
     [](ScriptedPeer& peer) { peer.Write(absl::StrCat("HTTP/1.0 200 OK\r\n\r\n", kLiveReply)); },
     kOk},
    {"InterimRepliesFirst",
     [](ScriptedPeer& peer) {
       peer.Write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n");
       peer.Write("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\nContent-Length: 5\r\n\r\n");
       peer.Write(LiveReply());
     },
     kOk},
    {"ThousandHeaders",
     [](ScriptedPeer& peer) {
       std::string headers;
       for (int i = 0; i < 1000; ++i)
         absl::StrAppend(&headers, "X-", i, ": filler of some length\r\n");
       peer.Write(Reply(headers, kLiveReply));
     },
     kOk},
    {"Gzipped",
     [](ScriptedPeer& peer) {
       peer.Write(Reply("Content-Encoding: gzip\r\n", Gzipped(kLiveReply)));
     },
     kOk},
    {"GzippedTwice",
     [](ScriptedPeer& peer) {
       peer.Write(Reply("Content-Encoding: gzip\r\nContent-Encoding: x-gzip\r\n",
                        Gzipped(Gzipped(kLiveReply))));
     },
     kOk},
    {"PlainThoughACodingIsNamed",
     [](ScriptedPeer& peer) { peer.Write(Reply("Content-Encoding: br\r\n", kLiveReply)); }, kOk},
    {"GzippedUnderAnotherName",
     [](ScriptedPeer& peer) { peer.Write(Reply("Content-Encoding: br\r\n", Gzipped(kLiveReply))); },
     kOk},
    {"MoreThanItsContentLength", [](ScriptedPeer& peer) { peer.Write(LiveReply() + LiveReply()); },
     kOk},
};

const Case kUnreadable[] = {
    {"LessThanItsContentLength",
     [](ScriptedPeer& peer) {
       peer.Write(absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", kLiveReply));
     },
     kMalformed},
    {"ContentLengthThatCutsIt",
     [](ScriptedPeer& peer) {
       peer.Write(absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n", kLiveReply));
       peer.ClosesWithin(kPatience);
     },
     kMalformed},
    {"ContentLengthNoNumber",
     [](ScriptedPeer& peer) {
       peer.Write(absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: -7\r\n\r\n", kLiveReply));
     },
     kMalformed},
    {"ContentLengthBeyondAllNumbers",
     [](ScriptedPeer& peer) {
       peer.Write("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n{}");
     },
     kMalformed},
    {"ChunkBeyondAllNumbers",
     [](ScriptedPeer& peer) {
       peer.Write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n{}");
     },
     kMalformed},
    {"Http09Noise", [](ScriptedPeer& peer) { peer.WriteOver("noise \x01\xff", 1 << 20); },
     kMalformed},
    {"NoHttpOfOurs",
     [](ScriptedPeer& peer) { peer.Write(absl::StrCat("HTTP/4.2 200 OK\r\n\r\n", kLiveReply)); },
     kMalformed},
    {"GzipBomb",
     [bomb = Gzipped(std::string(32 << 20, ' '))](ScriptedPeer& peer) {
       peer.Write(Reply("Content-Encoding: gzip\r\n", bomb));
     },
     kMalformed},
    {"GzippedThrice",
     [](ScriptedPeer& peer) {
       peer.Write(
           Reply("Content-Encoding: gzip, gzip, gzip\r\n", Gzipped(Gzipped(Gzipped(kLiveReply)))));
     },
     kMalformed},
    {"GzipInGzipBomb",
     [bomb = Gzipped(Gzipped(std::string(256 << 20, ' ')))](ScriptedPeer& peer) {
       peer.Write(Reply("Content-Encoding: gzip, gzip\r\n", bomb));
     },
     kMalformed},
    {"GzipCut",
     [](ScriptedPeer& peer) {
       const std::string packed = Gzipped(kLiveReply);
       peer.Write(Reply("Content-Encoding: gzip\r\n", packed.substr(0, packed.size() - 5)));
     },
     kMalformed},
    {"UnknownCoding",
     [](ScriptedPeer& peer) {
       peer.Write(Reply("Content-Encoding: br\r\n", "\x1b\x2a\x01\xf8 packed"));
     },
     kMalformed},
    {"HundredThousandNestedArrays",
     [](ScriptedPeer& peer) {
       peer.Write(Reply("", std::string(100'000, '[') + std::string(100'000, ']')));
     },
     kMalformed},
    {"HundredThousandNestedObjects",
     [](ScriptedPeer& peer) {
       std::string body;
       for (int i = 0; i < 100'000; ++i) body += "{\"a\":";
       peer.Write(Reply("", body + "1" + std::string(100'000, '}')));
     },
     kMalformed},
};

const Case kEndless[] = {
    {"GigabyteByItsLength",
     [](ScriptedPeer& peer) {
       peer.Write("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n");
       peer.WriteOver(" ", kGigabyte);
     },
     kMalformed},
    {"GigabyteUntilTheEnd",
     [](ScriptedPeer& peer) {
       peer.Write("HTTP/1.1 200 OK\r\n\r\n");
       peer.WriteOver(" ", kGigabyte);
     },
     kMalformed},
    {"GigabyteInChunks",
     [](ScriptedPeer& peer) {
       peer.Write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
       peer.WriteOver("8\r\n        \r\n", kGigabyte);
     },
     kMalformed},
    {"GigabyteInOneChunk",
     [](ScriptedPeer& peer) {
       peer.Write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40000000\r\n");
       peer.WriteOver(" ", kGigabyte);
     },
     kMalformed},
    {"GigabyteOfHeaders",
     [](ScriptedPeer& peer) {
       peer.Write("HTTP/1.1 200 OK\r\n");
       peer.WriteOver("X-Filler: x\r\n", kGigabyte);
     },
     kMalformed},
    {"GigabyteOfOneHeader",
     [](ScriptedPeer& peer) {
       peer.Write("HTTP/1.1 200 OK\r\nX-Filler: ");
       peer.WriteOver("x", kGigabyte);
     },
     kMalformed},
    {"GigabyteOfFirstLine",
     [](ScriptedPeer& peer) {
       peer.Write("HTTP/1.1 200 ");
       peer.WriteOver("O", kGigabyte);
     },
     kMalformed},
    {"GigabyteOfInterimReplies",
     [](ScriptedPeer& peer) { peer.WriteOver("HTTP/1.1 100 Continue\r\n\r\n", kGigabyte); },
     kMalformed},
    {"GigabyteOfTrailers",
     [](ScriptedPeer& peer) {
       peer.Write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
       peer.WriteOver("X-Filler: x\r\n", kGigabyte);
     },
     kMalformed},
    {"ByteASecond",
     [](ScriptedPeer& peer) {
       const std::string reply = LiveReply();
       for (const char& byte : reply) {
         if (!peer.Write({&byte, 1}) || peer.ClosesWithin(absl::Seconds(1))) return;
       }
     },
     kTimeout},
    {"SilenceInTheMiddle",
     [](ScriptedPeer& peer) {
       peer.Write(LiveReply().substr(0, 50));
       peer.ClosesWithin(kPatience);
     },
     kTimeout},
};

std::string NameOf(const testing::TestParamInfo<Case>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Read, HostileReplyTest, testing::ValuesIn(kRead), NameOf);
INSTANTIATE_TEST_SUITE_P(Unreadable, HostileReplyTest, testing::ValuesIn(kUnreadable), NameOf);
INSTANTIATE_TEST_SUITE_P(Endless, HostileReplyTest, testing::ValuesIn(kEndless), NameOf);

}  // namespace
}  // namespace kyc::tests
