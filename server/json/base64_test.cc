#include "server/json/base64.h"

#include <random>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace kyc::json {
namespace {

using Encoder = decltype(GroupEncoder::encode);

std::string RandomBytes(size_t count, std::mt19937& random) {
  std::string bytes(count, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

// Allocated exactly, so that a sanitizer sees any byte read or written outside.
std::string Encode(const std::string& bytes, Encoder encode_groups) {
  const std::vector<char> from(bytes.begin(), bytes.end());
  std::vector<char> to(Base64Size(bytes.size()));
  const size_t groups = bytes.size() / 3;
  encode_groups(from.data(), groups, to.data());
  if (bytes.size() % 3 != 0) {
    EncodeLastGroup(from.data() + groups * 3, bytes.size() % 3, to.data() + groups * 4);
  }
  return std::string(to.begin(), to.end());
}

TEST(Base64, Rfc4648VectorsMatch) {
  const struct {
    const char* bytes;
    const char* encoded;
  } cases[] = {{"", ""},
               {"f", "Zg=="},
               {"fo", "Zm8="},
               {"foo", "Zm9v"},
               {"foob", "Zm9vYg=="},
               {"fooba", "Zm9vYmE="},
               {"foobar", "Zm9vYmFy"}};
  for (const auto& c : cases) EXPECT_EQ(Encode(c.bytes, EncodeGroups), c.encoded) << c.bytes;
}

TEST(Base64, EverySixtetAtEveryPlaceMatchesAbseil) {
  std::string bytes;
  for (int first = 0; first < 256; ++first) {
    bytes += static_cast<char>(first);
    bytes += static_cast<char>(first * 7);
    bytes += static_cast<char>(255 - first);
    bytes += static_cast<char>(first * 31 + 5);
  }
  for (const GroupEncoder& way : GroupEncoders()) {
    EXPECT_EQ(Encode(bytes, way.encode), absl::Base64Escape(bytes)) << way.name;
  }
}

TEST(Base64, AllSizesMatchAbseil) {
  std::mt19937 random(1);
  for (size_t size = 0; size <= 200; ++size) {
    const std::string bytes = RandomBytes(size, random);
    for (const GroupEncoder& way : GroupEncoders()) {
      EXPECT_EQ(Encode(bytes, way.encode), absl::Base64Escape(bytes)) << way.name << " " << size;
    }
  }
}

}  // namespace
}  // namespace kyc::json
