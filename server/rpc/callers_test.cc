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
  const char* peer;
  const char* caller;  // "" where none matches.
};

TEST(FindCallerTest, TokenOrAddressDecides) {
  const Case cases[] = {
      {absl::nullopt, "ipv4:127.0.0.1:4711", "local"},
      {absl::nullopt, "ipv4:127.9.9.9:1", "local"},
      {absl::nullopt, "ipv6:[::1]:4711", "local"},
      {absl::nullopt, "ipv6:%5B::1%5D:4711", "local"},
      {absl::nullopt, "unix:/run/kyc.sock", "local"},
      {absl::nullopt, "ipv4:10.0.0.1:4711", ""},
      {absl::nullopt, "ipv4:1.127.0.1:4711", ""},
      {"Bearer t0ken", "ipv4:10.0.0.1:4711", "service"},
      {"bearer t0ken", "ipv4:10.0.0.1:4711", "service"},
      {"Bearer t0ke", "ipv4:10.0.0.1:4711", ""},
      {"Bearer t0ken2", "ipv4:10.0.0.1:4711", ""},
      {"Bearer ", "ipv4:127.0.0.1:4711", ""},  // A wrong token is not forgiven on loopback.
      {"Basic t0ken", "ipv4:127.0.0.1:4711", ""},
      {"", "ipv4:127.0.0.1:4711", ""},
  };
  const std::vector<config::Caller> callers = Configured();
  for (const Case& c : cases) {
    const auto found = FindCaller(callers, c.authorization, c.peer);
    EXPECT_EQ(found.ok() ? (*found)->name : "", c.caller) << c.peer;
    if (!found.ok()) {
      EXPECT_EQ(ReasonOf(found.status()), "CALLER_UNAUTHENTICATED");
      EXPECT_EQ(found.status().code(), absl::StatusCode::kUnauthenticated);
    }
  }
}

TEST(FindCallerTest, NobodyConfiguredMeansNobodyAllowed) {
  EXPECT_FALSE(FindCaller({}, absl::nullopt, "ipv4:127.0.0.1:1").ok());
}

}  // namespace
}  // namespace kyc::rpc
