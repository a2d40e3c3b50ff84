#include "server/hardening.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "server/call/secret.h"

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

TEST(Hardening, NothingOfTheEnvironmentIsLeftButPathAndSystemdsSockets) {
  for (const char* name :
       {"SSLKEYLOGFILE", "https_proxy", "HTTPS_PROXY", "all_proxy", "NO_PROXY", "OPENSSL_CONF",
        "SSL_CERT_FILE", "GRPC_VERBOSITY", "GRPC_SSL_CIPHER_SUITES", "PGPASSWORD", "PGSSLMODE",
        "RES_OPTIONS", "LOCALDOMAIN", "HOSTALIASES", "MALLOC_ARENA_MAX", "TZ", "KYC_OTHER"}) {
    setenv(name, "value", 1);
  }
  setenv("PATH", "/usr/bin", 1);
  setenv("LISTEN_FDS", "2", 1);
  ForgetEnvironment();
  std::vector<std::string> left;
  for (char** variable = environ; *variable != nullptr; ++variable) left.emplace_back(*variable);
  EXPECT_THAT(left, testing::UnorderedElementsAre("PATH=/usr/bin", "LISTEN_FDS=2"));
  clearenv();
  ForgetEnvironment();
  EXPECT_EQ(getenv("PATH"), nullptr);
}

TEST(Hardening, SecretsThatMayBeSwappedOutAreToldWithWhatToDo) {
  EXPECT_EQ(SwapWarning(), "");
  rlimit limit = {};
  ASSERT_EQ(getrlimit(RLIMIT_MEMLOCK, &limit), 0);
  const rlimit none = {0, limit.rlim_max};
  setrlimit(RLIMIT_MEMLOCK, &none);
  const Secret secret("hunter2");
  // The superuser may lock all the same.
  const testing::Matcher<std::string> told = testing::HasSubstr("raise that (LimitMEMLOCK");
  const testing::Matcher<std::string> nothing = testing::IsEmpty();
  EXPECT_THAT(SwapWarning(), SwappableSecretBytes() > 0 ? told : nothing);
  setrlimit(RLIMIT_MEMLOCK, &limit);
}

}  // namespace
}  // namespace kyc
