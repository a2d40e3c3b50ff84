#include "server/config/describe.h"

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "server/call/secret.h"

namespace kyc::config {
namespace {

Secret Hidden() { return Secret("hidden"); }

Settings Everything() {
  Settings settings;
  settings.grpc.emplace().listeners = {
      {.field = "grpc.listen", .address = "127.0.0.1:50051", .trusted = true},
      {.field = "grpc.listeners[0].address", .address = "0.0.0.0:50443", .tls = Tls()}};
  settings.webhook.emplace().listener.address = "127.0.0.1:8081";
  settings.webhook->accounts = {{"netzme", {Hidden()}}};
  settings.admin.emplace().listener.address = "127.0.0.1:9090";
  settings.finpay.emplace().base_url = "https://finpay.example/api";
  settings.finpay->accounts = {{"a", "M1", Hidden(), Hidden(), Hidden()},
                               {"b", "M2", Hidden(), Hidden(), Hidden()}};
  settings.finpay->upstream.attempt_timeout = absl::Seconds(15);
  settings.finpay->upstream.extra_headers = {{"X-Partner", "hidden"}};
  settings.widekyc.emplace().server_url = "https://widekyc.example";
  settings.widekyc->accounts = {{"main", Hidden()}};
  settings.widekyc->upstream.attempt_timeout = absl::Seconds(20);
  settings.widekyc->upstream.breaker.disabled = true;
  settings.event_log.emplace().sqlite_path = "/var/lib/kyc/events.db";
  settings.event_log->sealing_keys = {{2, Hidden()}, {1, Hidden()}};
  settings.event_log->lookup_key = Hidden();
  config::Caller local;
  local.name = "local";
  local.bearer_token = Hidden();
  settings.callers = {local};
  return settings;
}

TEST(Describe, EveryBlockIsALine) {
  EXPECT_EQ(Describe(Everything()),
            "grpc: listens on 127.0.0.1:50051 trusted, 0.0.0.0:50443 by TLS; callers local\n"
            "webhook: listens on 127.0.0.1:8081; accounts netzme\n"
            "admin: listens on 127.0.0.1:9090\n"
            "finpay: https://finpay.example/api; accounts a, b; attempts of 15s, 2000 slots per "
            "account, breaker enabled\n"
            "widekyc: https://widekyc.example; accounts main; attempts of 20s, 2000 slots per "
            "account, breaker disabled\n"
            "event_log: sqlite /var/lib/kyc/events.db; sealing keys 2, 1; keeps 90 days and "
            "10000000 events\n"
            "drain: after 0, within 25s; log level info\n");
}

TEST(Describe, NoSecretShows) { EXPECT_FALSE(absl::StrContains(Describe(Everything()), "hidden")); }

TEST(Describe, GrpcWithoutCallersSaysSo) {
  Settings settings;
  settings.grpc.emplace().listeners = {{.field = "grpc.listen", .address = "127.0.0.1:1"}};
  EXPECT_EQ(Describe(settings),
            "grpc: listens on 127.0.0.1:1; callers none: every call is refused\n"
            "drain: after 0, within 25s; log level info\n");
}

}  // namespace
}  // namespace kyc::config
