#include "server/hardening.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace kyc {
namespace {

TEST(Hardening, NoCoreIsDumped) {
  ForbidCoreDumps();
  EXPECT_EQ(prctl(PR_GET_DUMPABLE), 0);
  rlimit limit = {};
  ASSERT_EQ(getrlimit(RLIMIT_CORE, &limit), 0);
  EXPECT_EQ(limit.rlim_cur, 0U);
  EXPECT_EQ(limit.rlim_max, 0U);
}

TEST(Hardening, KeyLogAndProxiesAreForgottenAndNothingElse) {
  for (const char* name : {"SSLKEYLOGFILE", "https_proxy", "HTTPS_PROXY", "all_proxy", "NO_PROXY",
                           "ftp_proxy", "KYC_PROXY_OF_OURS", "KYC_OTHER"}) {
    setenv(name, "value", 1);
  }
  ForgetEnvironment();
  for (const char* name :
       {"SSLKEYLOGFILE", "https_proxy", "HTTPS_PROXY", "all_proxy", "NO_PROXY", "ftp_proxy"}) {
    EXPECT_EQ(getenv(name), nullptr) << name;
  }
  EXPECT_STREQ(getenv("KYC_PROXY_OF_OURS"), "value");
  EXPECT_STREQ(getenv("KYC_OTHER"), "value");
}

}  // namespace
}  // namespace kyc
