#include "server/json/body.h"

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace kyc::json {
namespace {

std::string RandomBytes(size_t count, std::mt19937& random) {
  std::string bytes(count, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

// `bytes` in pieces of random sizes, some empty.
Blob RandomSplit(absl::string_view bytes, std::mt19937& random) {
  Blob blob;
  while (!bytes.empty()) {
    const size_t count = std::min<size_t>(random() % 3 == 0 ? random() % 100 : random() % 5,  //
                                          bytes.size());
    blob.pieces.push_back(bytes.substr(0, count));
    bytes.remove_prefix(count);
  }
  if (random() % 2 == 0) blob.pieces.push_back("");
  return blob;
}

// Reads with a new random capacity each time, into buffers of exactly that size.
std::string ReadRandomly(const Body& body, std::mt19937& random) {
  std::string text;
  BodyReader reader(body);
  for (;;) {
    std::vector<char> buffer(16 + random() % 50);
    const size_t count = reader.Read(buffer.data(), buffer.size());
    EXPECT_LE(count, buffer.size());
    if (count == 0) break;
    text.append(buffer.data(), count);
    EXPECT_EQ(reader.taken(), text.size());
  }
  return text;
}

TEST(BodyReader, EverySizeSplitAndCapacityGivesTheSameBytes) {
  std::mt19937 random(1);
  for (size_t size = 0; size <= 200; ++size) {
    for (int round = 0; round < 20; ++round) {
      const std::string first = RandomBytes(size, random);
      const std::string second = RandomBytes(random() % 7, random);
      const std::string head(random() % 40, 'h');
      const Body body({{head, RandomSplit(first, random)},
                       {"", RandomSplit(second, random)},
                       {std::string(random() % 3, 't'), {}}});
      const std::string expected =
          head + absl::Base64Escape(first) + absl::Base64Escape(second) + body.pieces()[2].text;
      ASSERT_EQ(ReadRandomly(body, random), expected) << size;
      ASSERT_EQ(body.size(), expected.size()) << size;
      ASSERT_EQ(body.ToString(), expected) << size;
    }
  }
}

TEST(BodyReader, SmallestCapacityAlwaysMakesProgress) {
  std::mt19937 random(2);
  const std::string bytes = RandomBytes(100, random);
  const Body body({{"{\"image\":\"", {{bytes}}}, {"\"}", {}}});
  BodyReader reader(body);
  char buffer[16];
  int reads = 0;
  while (reader.Read(buffer, sizeof(buffer)) > 0) ++reads;
  EXPECT_EQ(reader.taken(), body.size());
  EXPECT_LE(reads, 12) << "148 bytes, at most 3 bytes of each buffer left free";
}

TEST(BodyReader, LargeBlobFillsTheBuffer) {
  const std::string bytes(300000, 'x');
  const Body body({{"", {{bytes}}}});
  BodyReader reader(body);
  std::vector<char> buffer(256 * 1024);
  EXPECT_EQ(reader.Read(buffer.data(), buffer.size()), buffer.size());
}

TEST(BodyReader, EmptyBodyEndsAtOnce) {
  const Body body;
  char buffer[16];
  EXPECT_EQ(BodyReader(body).Read(buffer, sizeof(buffer)), 0u);
  EXPECT_EQ(body.ToString(), "");
  EXPECT_EQ(body.size(), 0u);
}

TEST(BodyReader, SecondReaderStartsAgain) {
  const Body body({{"abc", {{"foo"}}}});
  char buffer[16];
  EXPECT_EQ(BodyReader(body).Read(buffer, sizeof(buffer)), 7u);
  EXPECT_EQ(BodyReader(body).Read(buffer, sizeof(buffer)), 7u);
  EXPECT_EQ(std::string(buffer, 7), "abcZm9v");
}

TEST(ObjectWriter, NestedObjectsAndImagesGiveOneDocument) {
  ObjectWriter writer;
  writer.String("ref", "R-1").BeginObject("images").BeginObject("ktp");
  writer.Base64("base64", "data:image/jpeg;base64,", {{"fo", "o"}}).Bool("isEditable", false);
  writer.EndObject().BeginObject("selfie").Base64("base64", "", {}).EndObject().EndObject();
  writer.Bool("last", true);
  EXPECT_EQ(std::move(writer).Finish().ToString(),
            R"({"ref":"R-1","images":{"ktp":{"base64":"data:image/jpeg;base64,Zm9v",)"
            R"("isEditable":false},"selfie":{"base64":""}},"last":true})");
}

TEST(ObjectWriter, NothingWrittenIsAnEmptyObject) {
  EXPECT_EQ(ObjectWriter().Finish().ToString(), "{}");
}

TEST(ObjectWriter, StringsAreEscaped) {
  const struct {
    absl::string_view value;
    const char* json;
  } cases[] = {
      {"", R"({"k":""})"},
      {"a\"b\\c/d", R"({"k":"a\"b\\c/d"})"},
      {"\b\f\n\r\t", R"({"k":"\b\f\n\r\t"})"},
      {absl::string_view("\0", 1), R"({"k":"\u0000"})"},
      {"\x01\x1f", R"({"k":"\u0001\u001f"})"},
      {"\x7f", "{\"k\":\"\x7f\"}"},
      {"Jalan é 中 \xe2\x80\xa8 😀", "{\"k\":\"Jalan é 中 \xe2\x80\xa8 😀\"}"},
  };
  for (const auto& c : cases) {
    ObjectWriter writer;
    writer.String("k", c.value);
    EXPECT_EQ(std::move(writer).Finish().ToString(), c.json);
  }
}

TEST(ObjectWriter, KeysAreEscaped) {
  ObjectWriter writer;
  writer.Bool("a\"b", true);
  EXPECT_EQ(std::move(writer).Finish().ToString(), R"({"a\"b":true})");
}

TEST(BodyReader, LetsGoOfThePiecesThatWereRead) {
  std::vector<std::shared_ptr<const int>> owned;
  const auto blob = [&](size_t count) {
    Blob blob;
    for (size_t i = 0; i < count; ++i) {
      owned.push_back(std::make_shared<const int>(0));
      blob.pieces.push_back("abcdefghi");
      blob.owners.push_back(owned.back());
    }
    return blob;
  };
  const auto held = [&] {
    std::string held;
    for (const auto& each : owned) held += each.use_count() > 1 ? '+' : '-';
    return held;
  };
  std::vector<BodyPiece> pieces;
  pieces.push_back({"", blob(2)});
  pieces.push_back({"", blob(2)});
  Body body(std::move(pieces));
  BodyReader reader(body);
  char to[100];
  reader.Read(to, 16);  // The first piece's 12 characters and 4 of the second's.
  reader.LetGoOfRead(body);
  EXPECT_EQ(held(), "-+++");
  reader.Read(to, 20);
  reader.LetGoOfRead(body);
  EXPECT_EQ(held(), "---+");
  reader.Read(to, 100);
  reader.LetGoOfRead(body);
  EXPECT_EQ(held(), "----");
}

}  // namespace
}  // namespace kyc::json
