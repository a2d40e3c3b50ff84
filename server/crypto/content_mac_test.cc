#include "server/crypto/content_mac.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace kyc::crypto {
namespace {

std::string DigestOf(const std::vector<std::string>& pieces, const std::string& record = "r",
                     const std::string& key = std::string(32, 'k')) {
  ContentMac mac(Secret(key), record);
  for (const std::string& piece : pieces) mac.Add(piece);
  return mac.Finish();
}

TEST(ContentMacTest, EqualContentHasOneDigestHoweverItIsDivided) {
  const std::string content(100'000, 'x');
  const std::string whole = DigestOf({content});
  EXPECT_EQ(whole.size(), 16U);
  EXPECT_EQ(DigestOf({content.substr(0, 1), content.substr(1, 16'384), content.substr(16'385)}),
            whole);
  EXPECT_EQ(DigestOf({"", content, ""}), whole);
}

TEST(ContentMacTest, OtherContentRecordOrKeyHasAnother) {
  const std::string digest = DigestOf({"content"});
  EXPECT_NE(DigestOf({"Content"}), digest);
  EXPECT_NE(DigestOf({"content", std::string(1, '\0')}), digest);
  EXPECT_NE(DigestOf({"content"}, "s"), digest);
  EXPECT_NE(DigestOf({"content"}, "r", std::string(32, 'l')), digest);
}

TEST(ContentMacTest, SizesSayWherePiecesEnd) {
  const auto sized = [](const std::vector<std::string>& pieces) {
    ContentMac mac(Secret("key"), "record");
    for (const std::string& piece : pieces) {
      mac.AddSize(piece.size());
      mac.Add(piece);
    }
    return absl::BytesToHexString(mac.Finish());
  };
  EXPECT_NE(sized({"ab", "c"}), sized({"a", "bc"}));
  EXPECT_NE(sized({"", "a"}), sized({"a", ""}));
}

}  // namespace
}  // namespace kyc::crypto
