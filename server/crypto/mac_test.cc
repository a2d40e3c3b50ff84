#include "server/crypto/mac.h"

#include <set>
#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace kyc::crypto {
namespace {

// RFC 4231, test cases 1, 2, 3 and 6.
TEST(Hmac, Rfc4231VectorsMatch) {
  const struct {
    std::string key;
    std::string text;
    const char* digest;
  } cases[] = {
      {std::string(20, '\x0b'), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"Jefe", "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(absl::BytesToHexString(Hmac(Secret(c.key), c.text)), c.digest) << c.text;
  }
}

// FIPS 180-4 examples, and the empty text.
TEST(Sha256, NistVectorsMatch) {
  const struct {
    const char* text;
    const char* digest;
  } cases[] = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(absl::BytesToHexString(Sha256(c.text)), c.digest) << c.text;
  }
}

TEST(RandomBytes, HaveTheirCountAndDiffer) {
  EXPECT_EQ(RandomBytes(0), "");
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) seen.insert(RandomBytes(16));
  EXPECT_EQ(seen.size(), 100u);
  EXPECT_EQ(seen.begin()->size(), 16u);
}

TEST(SecretEquals, OnlyTheSameBytesAreEqual) {
  const Secret secret(std::string("to\0ken", 6));
  EXPECT_TRUE(SecretEquals(secret, absl::string_view("to\0ken", 6)));
  for (absl::string_view other :
       {absl::string_view("to\0keN", 6), absl::string_view("to\0ke", 5),
        absl::string_view("to\0ken\0", 7), absl::string_view("to"), absl::string_view("")}) {
    EXPECT_FALSE(SecretEquals(secret, other)) << absl::CHexEscape(other);
  }
}

TEST(SecretEquals, EmptySecretEqualsNothing) {
  EXPECT_FALSE(SecretEquals(Secret(), ""));
  EXPECT_FALSE(SecretEquals(Secret(), "x"));
}

}  // namespace
}  // namespace kyc::crypto
