#include "server/once/call_name.h"

#include <string>

#include "gtest/gtest.h"
#include "server/events/log_keys.h"
#include "widekyc/v1/widekyc.pb.h"

namespace kyc::once {
namespace {

const events::CallKeySecrets& Secrets() {
  static const auto& keys = *new events::LogKeys(Secret(std::string(32, 'l')));
  return keys.call;
}

constexpr CallName kName = {"caller", "/service/Method", "request-1"};

std::string ContentOf(const std::string& cust_ref_no, const std::vector<Blob>& images,
                      const CallName& name = kName) {
  ::widekyc::v1::DetectLivenessRequest request;
  request.set_cust_ref_no(cust_ref_no);
  return ContentDigest(Secrets(), name, request, images);
}

TEST(CallNameTest, TheSameContentIsTheSameHoweverItsImageCame) {
  const std::string digest = ContentOf("ref", {{.pieces = {"image"}}});
  EXPECT_EQ(ContentOf("ref", {{.pieces = {"im", "", "age"}}}), digest);
}

TEST(CallNameTest, EveryPartOfTheContentCounts) {
  const std::string digest = ContentOf("ref", {{.pieces = {"image"}}, {.pieces = {"b"}}});
  EXPECT_NE(ContentOf("Ref", {{.pieces = {"image"}}, {.pieces = {"b"}}}), digest);
  EXPECT_NE(ContentOf("ref", {{.pieces = {"imagf"}}, {.pieces = {"b"}}}), digest);
  EXPECT_NE(ContentOf("ref", {{.pieces = {"imageb"}}, {}}), digest);
  EXPECT_NE(ContentOf("ref", {{.pieces = {"b"}}, {.pieces = {"image"}}}), digest);
}

TEST(CallNameTest, AKeyIsItsCallersMethodsAndAccounts) {
  const auto key = [](const CallName& name, absl::string_view account = "main") {
    return KeyOf(Secrets(), name, account, "ref", "content").key;
  };
  const std::string same = key(kName);
  EXPECT_EQ(key(kName), same);
  EXPECT_NE(key({"other", "/service/Method", "request-1"}), same);
  EXPECT_NE(key({"caller", "/service/Other", "request-1"}), same);
  EXPECT_NE(key({"caller", "/service/Method", "request-2"}), same);
  EXPECT_NE(key(kName, "second"), same);
}

TEST(CallNameTest, NothingOfACallStandsInItsDigests) {
  const events::CallKey key = KeyOf(Secrets(), kName, "main", "customer-1", "content");
  EXPECT_EQ(key.key.find("request"), std::string::npos);
  EXPECT_EQ(key.subject.find("customer"), std::string::npos);
  EXPECT_NE(key.key, key.subject);
}

}  // namespace
}  // namespace kyc::once
