#include "server/rpc/callers.h"

#include <gtest/gtest.h>

#include "server/call/error.h"

namespace kyc::rpc {
namespace {

std::vector<config::Caller> Configured() {
  config::Caller local, service;
  local.name = "local";
  local.loopback = true;
  service.name = "service";
  service.bearer_token = Secret("t0ken");
  return {local, service};
}

struct Case {
  absl::optional<absl::string_view> authorization;
  bool trusted;
  const char* caller;  // "" where none matches.
};

TEST(FindCallerTest, TokenOrListenerDecides) {
  const Case cases[] = {
      {absl::nullopt, true, "local"},
      {absl::nullopt, false, ""},
      {"Bearer t0ken", false, "service"},
      {"bearer t0ken", true, "service"},
      {"Bearer t0ke", false, ""},
      {"Bearer t0ken2", false, ""},
      {"Bearer ", true, ""},  // A wrong token is not forgiven on a trusted listener.
      {"Basic t0ken", true, ""},
      {"", true, ""},
  };
  const std::vector<config::Caller> callers = Configured();
  for (const Case& c : cases) {
    const auto found = FindCaller(callers, c.authorization, c.trusted);
    EXPECT_EQ(found.ok() ? (*found)->name : "", c.caller) << c.trusted;
    if (!found.ok()) {
      EXPECT_EQ(ReasonOf(found.status()), "CALLER_UNAUTHENTICATED");
      EXPECT_EQ(found.status().code(), absl::StatusCode::kUnauthenticated);
    }
  }
}

TEST(FindCallerTest, NobodyConfiguredMeansNobodyAllowed) {
  EXPECT_FALSE(FindCaller({}, absl::nullopt, true).ok());
}

}  // namespace
}  // namespace kyc::rpc
