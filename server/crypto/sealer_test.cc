#include "server/crypto/sealer.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace kyc::crypto {
namespace {

SealingKey Key(uint8_t id, char fill) { return {id, Secret(std::string(32, fill))}; }

Sealer MakeSealer(std::vector<SealingKey> keys) { return *Sealer::Make(std::move(keys)); }

std::string Opened(const Sealer& sealer, absl::string_view sealed, absl::string_view context) {
  const auto plaintext = sealer.Open(sealed, context);
  return plaintext.ok() ? *plaintext : plaintext.status().ToString();
}

constexpr char kAltered[] = "DATA_LOSS: sealed text was altered, or belongs to another place";

// Test cases 13, 14 and 16 of the GCM specification submitted to NIST.
TEST(Sealer, NistVectorsOpen) {
  const struct {
    const char* key;
    const char* nonce;
    const char* context;
    const char* ciphertext_and_tag;
    const char* plaintext;
  } cases[] = {
      {"0000000000000000000000000000000000000000000000000000000000000000",
       "000000000000000000000000", "", "530f8afbc74536b9a963b4f1c4cb738b", ""},
      {"0000000000000000000000000000000000000000000000000000000000000000",
       "000000000000000000000000", "",
       "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
       "00000000000000000000000000000000"},
      {"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
       "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
       "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b10568"
       "28838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b",
       "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a"
       "6b525b16aedf5aa0de657ba637b39"},
  };
  for (const auto& c : cases) {
    const Sealer sealer = MakeSealer({{7, Secret(absl::HexStringToBytes(c.key))}});
    const std::string sealed = absl::StrCat("\x07", absl::HexStringToBytes(c.nonce),
                                            absl::HexStringToBytes(c.ciphertext_and_tag));
    const auto plaintext = sealer.Open(sealed, absl::HexStringToBytes(c.context));
    ASSERT_TRUE(plaintext.ok()) << plaintext.status();
    EXPECT_EQ(absl::BytesToHexString(*plaintext), c.plaintext);
  }
}

TEST(Sealer, SealedTextOpensInItsPlaceOnly) {
  const Sealer sealer = MakeSealer({Key(1, 'a')});
  for (const std::string& plaintext : {std::string(), std::string("x"), std::string(5000, 'y')}) {
    const std::string sealed = sealer.Seal(plaintext, "log/event/name");
    EXPECT_EQ(sealed.size(), plaintext.size() + 1 + 12 + 16);
    EXPECT_EQ(Opened(sealer, sealed, "log/event/name"), plaintext);
    EXPECT_EQ(Opened(sealer, sealed, "log/event/email"), kAltered);
    EXPECT_EQ(Opened(sealer, sealed, ""), kAltered);
  }
}

TEST(Sealer, EveryAlteredByteIsFound) {
  const Sealer sealer = MakeSealer({Key(1, 'a'), Key(3, 'a')});
  const std::string sealed = sealer.Seal("plaintext", "place");
  for (size_t at = 1; at < sealed.size(); ++at) {
    std::string altered = sealed;
    altered[at] ^= 1;
    EXPECT_EQ(Opened(sealer, altered, "place"), kAltered) << at;
  }
}

TEST(Sealer, CutOrLongerTextIsFound) {
  const Sealer sealer = MakeSealer({Key(1, 'a')});
  const std::string sealed = sealer.Seal("plaintext", "place");
  for (size_t size = 0; size < 1 + 12 + 16; ++size) {
    EXPECT_EQ(Opened(sealer, sealed.substr(0, size), "place"), "DATA_LOSS: sealed text is cut")
        << size;
  }
  EXPECT_EQ(Opened(sealer, sealed.substr(0, sealed.size() - 1), "place"), kAltered);
  EXPECT_EQ(Opened(sealer, sealed + "x", "place"), kAltered);
}

TEST(Sealer, NoncesDiffer) {
  const Sealer sealer = MakeSealer({Key(1, 'a')});
  std::set<std::string> nonces;
  for (int i = 0; i < 1000; ++i) nonces.insert(sealer.Seal("same", "place").substr(1, 12));
  EXPECT_EQ(nonces.size(), 1000u);
}

TEST(Sealer, PlaintextDoesNotShow) {
  const std::string sealed = MakeSealer({Key(1, 'a')}).Seal("biological mother", "place");
  EXPECT_EQ(sealed.find("mother"), std::string::npos);
}

TEST(Sealer, FirstKeySealsAndOldKeysStillOpen) {
  const std::string old = MakeSealer({Key(1, 'a')}).Seal("old", "place");
  const Sealer rotated = MakeSealer({Key(200, 'b'), Key(1, 'a')});
  EXPECT_EQ(Opened(rotated, old, "place"), "old");
  const std::string fresh = rotated.Seal("new", "place");
  EXPECT_EQ(static_cast<uint8_t>(fresh[0]), 200);
  EXPECT_EQ(Opened(rotated, fresh, "place"), "new");
}

TEST(Sealer, UnknownKeyIdIsNamed) {
  const std::string sealed = MakeSealer({Key(9, 'a')}).Seal("x", "place");
  EXPECT_EQ(Opened(MakeSealer({Key(1, 'a')}), sealed, "place"),
            "FAILED_PRECONDITION: no sealing key 9");
}

TEST(Sealer, AnotherKeyUnderTheSameIdCannotOpen) {
  const std::string sealed = MakeSealer({Key(1, 'a')}).Seal("x", "place");
  EXPECT_EQ(Opened(MakeSealer({Key(1, 'b')}), sealed, "place"), kAltered);
}

TEST(Sealer, UnusableKeysAreRefused) {
  const struct {
    std::vector<SealingKey> keys;
    const char* status;
  } cases[] = {
      {{}, "INVALID_ARGUMENT: there must be a sealing key"},
      {{Key(0, 'a')}, "INVALID_ARGUMENT: a sealing key's id must be 1 to 255"},
      {{Key(1, 'a'), Key(1, 'b')}, "INVALID_ARGUMENT: sealing key 1 is there twice"},
      {{Key(1, 'a'), {2, Secret(std::string(31, 'b'))}},
       "INVALID_ARGUMENT: sealing key 2 must be 32 bytes"},
      {{{1, Secret()}}, "INVALID_ARGUMENT: sealing key 1 must be 32 bytes"},
  };
  for (const auto& c : cases) EXPECT_EQ(Sealer::Make(c.keys).status().ToString(), c.status);
}

}  // namespace
}  // namespace kyc::crypto
