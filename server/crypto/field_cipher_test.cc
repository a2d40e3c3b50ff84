#include "server/crypto/field_cipher.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace kyc::crypto {
namespace {

std::string Encrypt(const std::string& key, const std::string& iv, absl::string_view plaintext) {
  auto cipher = FieldCipher::Make(Secret(key), Secret(iv));
  if (!cipher.ok()) return std::string(cipher.status().message());
  return cipher->Encrypt(plaintext);
}

// The same by the openssl program.
std::string EncryptByProgram(const std::string& key, const std::string& iv,
                             const std::string& plaintext) {
  const std::string path = testing::TempDir() + "/plaintext";
  std::ofstream(path, std::ios::binary) << plaintext;
  const std::string command =
      absl::StrCat("openssl enc -aes-128-cbc -K ", absl::BytesToHexString(key), " -iv ",
                   absl::BytesToHexString(iv), " -base64 -A -in '", path, "'");
  const std::unique_ptr<FILE, int (*)(FILE*)> program(popen(command.c_str(), "r"), pclose);
  std::string output;
  std::array<char, 256> buffer;
  while (size_t count = fread(buffer.data(), 1, buffer.size(), program.get())) {
    output.append(buffer.data(), count);
  }
  return std::string(absl::StripAsciiWhitespace(output));
}

TEST(FieldCipher, DocumentedSampleMatches) {
  EXPECT_EQ(Encrypt("1234567890123456", "1234567890123456", "123456"), "1jdzWuniG6UMtoa3T6uNLA==");
}

// The sample's key and IV are the same bytes; here they differ, so that neither stands for the
// other.
TEST(FieldCipher, EveryLengthMatchesTheOpensslProgram) {
  const std::string key = absl::HexStringToBytes("00112233445566778899aabbccddeeff");
  const std::string iv = absl::HexStringToBytes("f0e1d2c3b4a5968778695a4b3c2d1e0f");
  std::string plaintext;
  for (int length = 0; length <= 64; ++length) {
    EXPECT_EQ(Encrypt(key, iv, plaintext), EncryptByProgram(key, iv, plaintext)) << length;
    plaintext += static_cast<char>(length * 37 + 200);
  }
}

TEST(FieldCipher, EqualPlaintextsGiveEqualTexts) {
  const auto cipher = FieldCipher::Make(Secret(std::string(16, 'k')), Secret(std::string(16, 'i')));
  ASSERT_TRUE(cipher.ok());
  EXPECT_EQ(cipher->Encrypt("Siti"), cipher->Encrypt("Siti"));
  EXPECT_NE(cipher->Encrypt("Siti"), cipher->Encrypt("Sita"));
}

TEST(FieldCipher, KeyOrIvOfWrongLengthIsRefused) {
  const std::string good(16, 'x');
  for (size_t length : {0, 15, 17, 32}) {
    const std::string bad(length, 'x');
    EXPECT_EQ(Encrypt(bad, good, "a"), "the field key must be 16 bytes") << length;
    EXPECT_EQ(Encrypt(good, bad, "a"), "the field initialisation vector must be 16 bytes")
        << length;
  }
}

}  // namespace
}  // namespace kyc::crypto
