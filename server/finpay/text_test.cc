#include "server/finpay/text.h"

#include <gtest/gtest.h>

#include <string>

namespace kyc::finpay {
namespace {

TEST(IsPhone, DigitsThatStartWith62Or08) {
  for (const char* good : {"6281295288912", "0812345678", "081234567890123"}) {
    EXPECT_TRUE(IsPhone(good)) << good;
  }
  for (const char* bad : {"", "081234567", "0812345678901234", "+6281295288", "0912345678",
                          "62812 95288", "628129528x", "1620812345"}) {
    EXPECT_FALSE(IsPhone(bad)) << bad;
  }
}

TEST(IsEmail, SomethingOnBothSidesOfOneAt) {
  for (const char* good : {"budi.santoso@email.com", "a@b", "é@contoh.id"}) {
    EXPECT_TRUE(IsEmail(good)) << good;
  }
  for (const char* bad : {"", "@", "budi", "budi@", "@email.com", "a@b@c", "a b@c", "a@b\n",
                          "a\x7f@b", "a\xC2\x85@b", "a\xE2\x80\xAE@b", "a@b\xE2\x80\x8B"}) {
    EXPECT_FALSE(IsEmail(bad)) << bad;
  }
  EXPECT_TRUE(IsEmail(std::string(252, 'a') + "@b"));
  EXPECT_FALSE(IsEmail(std::string(253, 'a') + "@b"));
}

TEST(IsWebUrl, AbsoluteWithAHost) {
  for (const char* good :
       {"https://a", "HTTPS://a/b?c#d", "https://u@a:8443/", "https://[::1]/x"}) {
    EXPECT_TRUE(IsWebUrl(good, false)) << good;
  }
  for (const char* bad :
       {"", "https://", "https:///path", "https://?q", "https://:80/", "https://u@/", "//a", "a",
        "javascript:alert(1)", "data:text/html,x", "ftp://a", " https://a", "https://a b",
        "https://a\n", "https://a\\@b", "https://é", "httpsx://a"}) {
    EXPECT_FALSE(IsWebUrl(bad, true)) << bad;
  }
}

TEST(IsWebUrl, PlainHttpOnlyWhereAllowed) {
  EXPECT_TRUE(IsWebUrl("http://a/b", true));
  EXPECT_FALSE(IsWebUrl("http://a/b", false));
}

TEST(IsCountryCode, TwoCapitals) {
  EXPECT_TRUE(IsCountryCode("ID"));
  for (const char* bad : {"", "I", "IDN", "id", "I1", "WNI"})
    EXPECT_FALSE(IsCountryCode(bad)) << bad;
}

TEST(ParseExpiry, IsJakartaTime) {
  // The document's sample: 14:01:10 at UTC+7 is 07:01:10 UTC.
  EXPECT_EQ(ParseExpiry("2024-11-01 14:01:10"),
            absl::FromCivil(absl::CivilSecond(2024, 11, 1, 7, 1, 10), absl::UTCTimeZone()));
  EXPECT_EQ(ParseExpiry("2024-03-01 06:59:59"),
            absl::FromCivil(absl::CivilSecond(2024, 2, 29, 23, 59, 59), absl::UTCTimeZone()));
}

TEST(ParseExpiry, AnyOtherShapeIsUnreadable) {
  for (const char* bad :
       {"", "2024-11-01", "2024-11-01T14:01:10", "2024-11-01 14:01:10Z", " 2024-11-01 14:01:10",
        "2024-11-01 14:01:10 ", "2024-11-01 14:01", "2024-11-01 24:01:10", "2024-02-30 14:01:10",
        "2024-13-01 14:01:10", "01-11-2024 14:01:10", "infinite-future", "0000-01-01 00:00:00",
        "-024-11-01 14:01:10", "1730444470"}) {
    EXPECT_FALSE(ParseExpiry(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace kyc::finpay
