#include "server/upstream/certificate_fault.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kyc::upstream {
namespace {

using ::testing::HasSubstr;

TEST(CertificateFault, EachIsTold) {
  const struct {
    CURLcode code;
    long verify_result;
    const char* words;
  } cases[] = {{CURLE_PEER_FAILED_VERIFICATION, 0, "is for another name (verify result 0)"},
               {CURLE_PEER_FAILED_VERIFICATION, 1, "is for another name (verify result 1)"},
               {CURLE_PEER_FAILED_VERIFICATION, 9, "is not valid yet"},
               {CURLE_PEER_FAILED_VERIFICATION, 10, "has expired (verify result 10)"},
               {CURLE_PEER_FAILED_VERIFICATION, 18, "is signed by itself"},
               {CURLE_PEER_FAILED_VERIFICATION, 20, "of an authority that is not trusted"},
               {CURLE_PEER_FAILED_VERIFICATION, 79, "a certificate that is no authority's"},
               {CURLE_PEER_FAILED_VERIFICATION, 4711, "does not verify (verify result 4711)"},
               {CURLE_SSL_CACERT_BADFILE, 0, "ca_file can no longer be read"}};
  for (const auto& c : cases) {
    EXPECT_THAT(CertificateFault(c.code, c.verify_result), HasSubstr(c.words));
  }
}

TEST(CertificateFault, OtherEndsOfAHandshakeAreNone) {
  EXPECT_TRUE(IsCertificateFault(CURLE_PEER_FAILED_VERIFICATION));
  EXPECT_TRUE(IsCertificateFault(CURLE_SSL_CACERT_BADFILE));
  for (CURLcode code : {CURLE_OK, CURLE_SSL_CONNECT_ERROR, CURLE_COULDNT_CONNECT,
                        CURLE_OPERATION_TIMEDOUT, CURLE_RECV_ERROR}) {
    EXPECT_FALSE(IsCertificateFault(code));
  }
}

}  // namespace
}  // namespace kyc::upstream
