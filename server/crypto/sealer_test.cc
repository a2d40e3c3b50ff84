#include "server/crypto/sealer.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/crypto/mac.h"

namespace kyc::crypto {
namespace {

SealingKey Key(uint8_t id, char fill) { return {id, Secret(std::string(32, fill))}; }

Sealer MakeSealer(std::vector<SealingKey> keys) { return *Sealer::Make(std::move(keys)); }

// A text of the record "log/event/".
std::string Seal(const Sealer& sealer, absl::string_view plaintext,
                 absl::string_view part = "name") {
  return sealer.Of("log/event/").Seal(plaintext, part);
}
std::string Opened(const Sealer& sealer, absl::string_view sealed,
                   absl::string_view part = "name") {
  const auto plaintext = sealer.Of("log/event/").Open(sealed, part);
  return plaintext.ok() ? *plaintext : plaintext.status().ToString();
}

constexpr char kAltered[] = "DATA_LOSS: sealed text was altered, or belongs to another place";

// Test cases 13, 14 and 16 of the GCM specification submitted to NIST, in the form that texts had
// before records had keys of their own.
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
    const std::string context = absl::HexStringToBytes(c.context);
    const size_t half = context.size() / 2;
    const auto plaintext = sealer.Of(context.substr(0, half)).Open(sealed, context.substr(half));
    ASSERT_TRUE(plaintext.ok()) << plaintext.status();
    EXPECT_EQ(absl::BytesToHexString(*plaintext), c.plaintext);
  }
}

TEST(Sealer, SealedTextOpensInItsPlaceOnly) {
  const Sealer sealer = MakeSealer({Key(1, 'a')});
  for (const std::string& plaintext : {std::string(), std::string("x"), std::string(5000, 'y')}) {
    const std::string sealed = Seal(sealer, plaintext);
    EXPECT_EQ(sealed.size(), plaintext.size() + 2 + 12 + 16);
    EXPECT_EQ(Opened(sealer, sealed), plaintext);
    EXPECT_EQ(Opened(sealer, sealed, "email"), kAltered);
    EXPECT_EQ(Opened(sealer, sealed, ""), kAltered);
    EXPECT_FALSE(sealer.Of("log/other/").Open(sealed, "name").ok());
    EXPECT_FALSE(sealer.Of("log/event").Open(sealed, "/name").ok()) << "the record is a place too";
  }
}

// What is sealed is AES-256-GCM under HMAC(HMAC(key, "records"), record): the key of the old form
// put in its place opens it.
TEST(Sealer, RecordsKeyIsDerivedFromTheSealingKey) {
  const SealingKey key = Key(1, 'a');
  const std::string sealed = Seal(MakeSealer({key}), "plaintext");
  const Secret derived(Hmac(Secret(Hmac(key.key, "records")), "log/event/"));
  EXPECT_EQ(Opened(MakeSealer({{1, derived}}), sealed.substr(1)), "plaintext");
}

TEST(Sealer, OneRecordSealerSealsAndOpensUnderSeveralKeys) {
  const Sealer before = MakeSealer({Key(1, 'a')});
  const Sealer rotated = MakeSealer({Key(2, 'b'), Key(1, 'a')});
  RecordSealer record = rotated.Of("log/event/");
  const std::string fresh = record.Seal("new", "name");
  EXPECT_EQ(*record.Open(Seal(before, "old"), "name"), "old");
  EXPECT_EQ(*record.Open(fresh, "name"), "new");
}

TEST(Sealer, EveryAlteredByteIsFound) {
  const Sealer sealer = MakeSealer({Key(1, 'a'), Key(3, 'a')});
  const std::string sealed = Seal(sealer, "plaintext");
  for (size_t at = 0; at < sealed.size(); ++at) {
    std::string altered = sealed;
    altered[at] ^= 1;
    EXPECT_NE(Opened(sealer, altered), "plaintext") << at;
    if (at < 2) continue;  // The two that say which key.
    EXPECT_EQ(Opened(sealer, altered), kAltered) << at;
  }
}

TEST(Sealer, CutOrLongerTextIsFound) {
  const Sealer sealer = MakeSealer({Key(1, 'a')});
  const std::string sealed = Seal(sealer, "plaintext");
  for (size_t size = 0; size < 2 + 12 + 16; ++size) {
    EXPECT_EQ(Opened(sealer, sealed.substr(0, size)), "DATA_LOSS: sealed text is cut") << size;
  }
  EXPECT_EQ(Opened(sealer, sealed.substr(0, sealed.size() - 1)), kAltered);
  EXPECT_EQ(Opened(sealer, sealed + "x"), kAltered);
}

TEST(Sealer, NoncesDiffer) {
  const Sealer sealer = MakeSealer({Key(1, 'a')});
  std::set<std::string> nonces;
  for (int i = 0; i < 1000; ++i) nonces.insert(Seal(sealer, "same").substr(2, 12));
  EXPECT_EQ(nonces.size(), 1000u);
}

TEST(Sealer, PlaintextDoesNotShow) {
  const std::string sealed = Seal(MakeSealer({Key(1, 'a')}), "biological mother");
  EXPECT_EQ(sealed.find("mother"), std::string::npos);
}

TEST(Sealer, FirstKeySealsAndOldKeysStillOpen) {
  const std::string old = Seal(MakeSealer({Key(1, 'a')}), "old");
  const Sealer rotated = MakeSealer({Key(200, 'b'), Key(1, 'a')});
  EXPECT_EQ(Opened(rotated, old), "old");
  const std::string fresh = Seal(rotated, "new");
  EXPECT_EQ(rotated.seals_with(), 200);
  EXPECT_EQ(static_cast<uint8_t>(fresh[1]), 200);
  EXPECT_EQ(Opened(rotated, fresh), "new");
}

TEST(Sealer, UnknownKeyIdIsNamed) {
  const std::string sealed = Seal(MakeSealer({Key(9, 'a')}), "x");
  EXPECT_EQ(Opened(MakeSealer({Key(1, 'a')}), sealed), "FAILED_PRECONDITION: no sealing key 9");
}

TEST(Sealer, AnotherKeyUnderTheSameIdCannotOpen) {
  const std::string sealed = Seal(MakeSealer({Key(1, 'a')}), "x");
  EXPECT_EQ(Opened(MakeSealer({Key(1, 'b')}), sealed), kAltered);
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
