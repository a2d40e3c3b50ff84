#include "server/upstream/content_coding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace kyc::upstream {
namespace {

constexpr int kGzip = 15 + 16, kZlib = 15, kRaw = -15;
constexpr size_t kMax = 64 << 10;

std::string Packed(absl::string_view text, int window_bits = kGzip) {
  z_stream stream = {};
  if (deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
    std::abort();
  }
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

std::string Read(absl::string_view encoding, absl::string_view body) {
  const Uncoded read = WithoutCoding(encoding, body, kMax);
  return read.fault.ok() ? read.body : std::string(read.fault.message());
}

constexpr char kText[] = R"({"statusCode":"SUCCESSFUL"})";

TEST(WithoutCoding, UndoesEveryKnownOne) {
  const std::vector<std::pair<const char*, std::string>> cases = {
      {"", kText},
      {"identity", kText},
      {" , IDENTITY,,", kText},
      {"gzip", Packed(kText)},
      {"GZip", Packed(kText)},
      {"x-gzip", Packed(kText)},
      {"deflate", Packed(kText, kZlib)},
      {"deflate", Packed(kText, kRaw)},
      {"gzip, identity", Packed(kText)},
      {"deflate,gzip", Packed(Packed(kText, kZlib))},
      {"gzip,gzip", Packed(Packed(kText))},
      {"gzip", Packed("") + Packed(kText) + Packed("")},
      {"gzip", absl::StrCat(Packed(R"({"statusCode":)"), Packed(R"("SUCCESSFUL"})"))}};
  for (const auto& [encoding, body] : cases) EXPECT_EQ(Read(encoding, body), kText) << encoding;
  EXPECT_EQ(Read("gzip", Packed("")), "");
  const std::string largest(kMax, ' ');
  EXPECT_EQ(Read("gzip", Packed(largest)), largest);
}

TEST(WithoutCoding, AnythingElseIsRefusedWithItsReason) {
  constexpr char kUnknown[] = "has a Content-Encoding that is not known";
  constexpr char kBroken[] = "cannot be unpacked by its Content-Encoding";
  constexpr char kLarge[] = "is too large once unpacked";
  const std::string packed = Packed(kText);
  std::string flipped = packed;
  flipped[flipped.size() - 6] ^= 1;  // In its checksum.
  const std::string bomb = Packed(std::string(8 << 20, ' '));
  const std::vector<std::tuple<const char*, std::string, const char*>> cases = {
      {"br", packed, kUnknown},
      {"zstd", packed, kUnknown},
      {"gzip;q=1", packed, kUnknown},
      {"gzip, br", packed, kUnknown},
      {"gzip,gzip,gzip", Packed(Packed(packed)), "has too many Content-Encodings"},
      {"gzip", kText, kBroken},
      {"gzip", "", kBroken},
      {"gzip", packed.substr(0, packed.size() - 1), kBroken},
      {"gzip", packed.substr(0, 12), kBroken},
      {"gzip", flipped, kBroken},
      {"gzip", Packed(kText, kZlib), kBroken},
      {"deflate", packed, kBroken},
      {"deflate", Packed(kText, kRaw) + "x", kBroken},
      {"deflate", kText, kBroken},
      {"gzip,gzip", packed, kBroken},
      {"gzip", Packed(std::string(kMax + 1, ' ')), kLarge},
      {"gzip", bomb, kLarge},
      {"deflate", Packed(std::string(8 << 20, ' '), kRaw), kLarge},
      {"gzip,gzip", Packed(bomb), kLarge}};
  for (const auto& [encoding, body, reason] : cases) EXPECT_EQ(Read(encoding, body), reason);
}

TEST(WithoutCoding, WhatFollowsAWholeStreamIsLeftOut) {
  const std::string packed = Packed(kText);
  for (const std::string& more : {std::string("x"), std::string(600, '\0'), std::string("\x1F"),
                                  packed.substr(0, 12), packed.substr(0, packed.size() - 1)}) {
    EXPECT_EQ(Read("gzip", packed + more), kText);
    EXPECT_EQ(Read("gzip", Packed(R"({"statusCode":)") + Packed(R"("SUCCESSFUL"})") + more), kText);
    EXPECT_EQ(Read("deflate", Packed(kText, kZlib) + more), kText);
  }
}

TEST(WithoutCoding, WhatCannotBeUndoneIsPassedOver) {
  const std::vector<std::pair<const char*, std::string>> cases = {{"UTF-8", kText},
                                                                  {"none", kText},
                                                                  {"gzip", kText},
                                                                  {"deflate", kText},
                                                                  {"gzip,gzip", Packed(kText)},
                                                                  {"gzip,utf-8", Packed(kText)},
                                                                  {"utf-8,gzip", Packed(kText)},
                                                                  {"utf-8,gzip,none", kText}};
  for (const auto& [encoding, body] : cases) {
    const Uncoded read = WithoutCoding(encoding, body, kMax);
    EXPECT_FALSE(read.fault.ok()) << encoding;
    EXPECT_EQ(read.body, kText) << encoding;
  }
}

TEST(WithoutCoding, AGzipThatIsNotSaidIsUndoneAndTold) {
  constexpr char kUnsaid[] = "is packed by gzip, which its Content-Encoding does not say";
  for (const auto& [encoding, body] : std::vector<std::pair<const char*, std::string>>{
           {"", Packed(kText)}, {"identity", Packed(kText)}, {"gzip", Packed(Packed(kText))}}) {
    const Uncoded read = WithoutCoding(encoding, body, kMax);
    EXPECT_EQ(read.fault.message(), kUnsaid) << encoding;
    EXPECT_EQ(read.body, kText) << encoding;
  }
  EXPECT_EQ(WithoutCoding("utf-8", Packed(kText), kMax).body, kText);
  const std::string bomb = Packed(std::string(kMax + 1, ' '));
  EXPECT_EQ(WithoutCoding("", bomb, kMax).body, bomb);
  const std::string cut = Packed(kText).substr(0, 20);
  EXPECT_EQ(WithoutCoding("", cut, kMax).body, cut);
}

// Every cut and every flipped bit of a packed reply is refused or read, and never read as another.
TEST(WithoutCoding, DamageIsNeverReadAsAnotherText) {
  const std::string packed = Packed(kText);
  for (size_t i = 0; i < packed.size(); ++i) {
    EXPECT_NE(Read("gzip", packed.substr(0, i)), kText) << i;
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = packed;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      EXPECT_THAT(Read("gzip", damaged),
                  testing::AnyOf(kText, "cannot be unpacked by its Content-Encoding"));
    }
  }
}

TEST(RemoveCoding, IsByTheHeadersAndLeavesWhatItCannotRead) {
  HttpResponse response;
  response.headers = {{"content-type", "application/json"}};
  response.body = kText;
  EXPECT_TRUE(RemoveCoding(response, kMax).ok());
  EXPECT_EQ(response.body, kText);
  response.headers = {{"content-encoding", "deflate"}, {"x", "y"}, {"content-encoding", "gzip"}};
  response.body = Packed(Packed(kText, kZlib));
  EXPECT_TRUE(RemoveCoding(response, kMax).ok());
  EXPECT_EQ(response.body, kText);
  EXPECT_EQ(RemoveCoding(response, kMax).message(), "cannot be unpacked by its Content-Encoding");
  EXPECT_EQ(response.body, kText);
  response.body.clear();
  EXPECT_TRUE(RemoveCoding(response, kMax).ok()) << "nothing is packed there";
  response.headers.clear();
  response.body = Packed(kText);
  EXPECT_FALSE(RemoveCoding(response, kMax).ok());
  EXPECT_EQ(response.body, kText);
}

}  // namespace
}  // namespace kyc::upstream
