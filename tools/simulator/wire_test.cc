#include "tools/simulator/wire.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

namespace kyc::simulator {
namespace {

constexpr std::string_view kKey = "1234567890123456";
constexpr char kOpenssl[] =
    "openssl enc -aes-128-cbc -K 31323334353637383930313233343536 "
    "-iv 31323334353637383930313233343536";

// What a shell command prints, given `input`.
std::string OutputOf(const std::string& command, const std::string& input) {
  const std::string file = std::string(std::getenv("TEST_TMPDIR")) + "/input";
  std::ofstream(file, std::ios::binary) << input;
  FILE* pipe = popen((command + " < " + file).c_str(), "r");
  std::string output;
  char buffer[4096];
  while (const size_t got = fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, got);
  EXPECT_EQ(pclose(pipe), 0) << command;
  return output;
}

// All byte values, of many lengths.
std::string BytesOf(size_t size) {
  std::string bytes;
  for (size_t i = 0; i < size; ++i) bytes += static_cast<char>(i * 7 + i / 256 + size);
  return bytes;
}

TEST(Base64Test, AgreesWithTheBase64Program) {
  for (const size_t size : {0, 1, 2, 3, 4, 5, 255, 256, 4097}) {
    const std::string bytes = BytesOf(size);
    EXPECT_EQ(EncodeBase64(bytes), OutputOf("base64 -w0", bytes)) << size;
    EXPECT_EQ(DecodeBase64(OutputOf("base64 -w0", bytes)), bytes) << size;
  }
}

TEST(Base64Test, LooseFormsAreRefused) {
  for (const char* text : {"QQ", "QQ=", "Q===", "QQ==QQ==", "Q Q=", "QQ==\n", "QUJ\n",
                           "QR==", "QUK=", "-_-_", "===="}) {
    EXPECT_EQ(DecodeBase64(text), std::nullopt) << text;
  }
}

TEST(AesTest, DocumentsSampleDecrypts) {
  const auto cipher = DecodeBase64("1jdzWuniG6UMtoa3T6uNLA==");
  ASSERT_TRUE(cipher.has_value());
  EXPECT_EQ(DecryptAes(kKey, kKey, *cipher), "123456");
  EXPECT_EQ(EncryptAes(kKey, kKey, "123456"), *cipher);
}

TEST(AesTest, AgreesWithTheOpensslProgram) {
  for (const size_t size : {0, 1, 15, 16, 17, 100}) {
    const std::string plain = BytesOf(size);
    const std::string cipher = OutputOf(kOpenssl, plain);
    EXPECT_EQ(DecryptAes(kKey, kKey, cipher), plain) << size;
    EXPECT_EQ(EncryptAes(kKey, kKey, plain), cipher) << size;
  }
}

TEST(AesTest, WrongCiphersAndKeysAreRefused) {
  const std::string cipher = EncryptAes(kKey, kKey, "123456");
  EXPECT_EQ(DecryptAes(kKey, kKey, ""), std::nullopt);
  EXPECT_EQ(DecryptAes(kKey, kKey, cipher.substr(0, 15)), std::nullopt);
  EXPECT_EQ(DecryptAes("short", kKey, cipher), std::nullopt);
  EXPECT_NE(DecryptAes(kKey, "6543210987654321", cipher), "123456");
}

TEST(Sha256Test, AgreesWithTheOpensslProgram) {
  const std::string bytes = BytesOf(100'000);
  EXPECT_EQ(Sha256(bytes) + " *stdin\n", OutputOf("openssl dgst -sha256 -r", bytes));
}

TEST(ImageTypeTest, IsToldByTheFirstBytes) {
  EXPECT_EQ(ImageType("\xff\xd8\xff\xe0"), "image/jpeg");
  EXPECT_EQ(ImageType("\x89PNG\r\n\x1a\n...."), "image/png");
  EXPECT_EQ(ImageType(std::string_view("RIFF\x04\0\0\0WEBPVP8 ", 16)), "image/webp");
  EXPECT_EQ(ImageType("RIFF....WAVE"), "");
  EXPECT_EQ(ImageType("GIF89a"), "");
  EXPECT_EQ(ImageType(""), "");
}

}  // namespace
}  // namespace kyc::simulator
