#include "server/config/validate.h"

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace kyc::config {
namespace {

using testing::ElementsAre;

// 32 bytes of 'k' in base64.
constexpr char kKey[] = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=";

constexpr char kComplete[] = R"(
  grpc { listen: "127.0.0.1:50051" trusted: true }
  webhook {
    listen: "127.0.0.1:8081"
    accounts { name: "netzme" callback_token_files: "callback" }
  }
  admin { listen: "127.0.0.1:9090" }
  finpay {
    base_url: "https://finpay.example/api/v1.0/"
    accounts {
      name: "main" merchant_id: "M1"
      merchant_pass_file: "pass" field_key_file: "field_key" field_iv_file: "field_iv"
    }
  }
  widekyc {
    server_url: "https://widekyc.example"
    accounts { name: "main" token_file: "token" }
  }
  event_log {
    sqlite { path: "events.db" }
    sealing_keys { id: 1 key_file: "sealing" }
    lookup_key_file: "/keys/lookup"
  }
  callers { name: "local" loopback: true }
  callers { name: "billing" bearer_token_file: "bearer" allow_full_view: true }
)";

// Of the example in Netzme's own document.
constexpr char kNetzmesSample[] =
    "Z3kwaFV5bTZnSTNjSmhlNDhDa2d0UjRORk1abW5NSmVZbTJpbldtbFhUczlnWVBXbG9xdU1mS2d4cWxwUkhJVEcycWx5"
    "d0lLRmxsNW8yYURKQlc4YVJYNzE3c0lqVXk1a0Rxdg==";

// The files there are; every secret's content holds "hidden".
std::map<std::string, std::pair<std::string, unsigned>> Files() {
  return {
      {"/etc/kyc/callback", {"hidden-callback\n", 0600}},
      {"/etc/kyc/callback2", {"hidden-callback", 0600}},
      {"/etc/kyc/pass", {"hidden pass\n", 0640}},
      {"/etc/kyc/field_key", {"hidden7890123456\n", 0600}},
      {"/etc/kyc/field_iv", {"hidden7890654321", 0600}},
      {"/etc/kyc/token", {"hidden-token\r\n", 0600}},
      {"/etc/kyc/sealing", {kKey, 0600}},
      {"/keys/lookup", {absl::StrCat(kKey, "\n"), 0400}},
      {"/etc/kyc/bearer", {"hidden-bearer-of-22-chars", 0600}},
      {"/etc/kyc/weak", {"hidden-bearer-of-21-c", 0600}},
      {"/etc/kyc/sample", {"1234567890123456", 0600}},
      {"/etc/kyc/sample_token", {kNetzmesSample, 0600}},
      {"/etc/kyc/empty", {"", 0600}},
      {"/etc/kyc/newline", {"\n", 0600}},
      {"/etc/kyc/open", {"hidden7890123456", 0604}},
      {"/etc/kyc/short", {"hidden789012345", 0600}},
      {"/etc/kyc/two_lines", {"hidden\nhidden", 0600}},
      {"/etc/kyc/ca.pem", {"-----BEGIN CERTIFICATE-----\nMII\n", 0644}},
  };
}

absl::StatusOr<File> ReadFake(const std::string& path) {
  static const auto& files = *new auto(Files());
  auto file = files.find(path);
  if (file == files.end()) return absl::InvalidArgumentError("cannot be read: no such file");
  return File{Secret(absl::string_view(file->second.first)), file->second.second};
}

absl::StatusOr<Settings> Checked(const std::string& text) {
  v1::Config config;
  if (!google::protobuf::TextFormat::ParseFromString(text, &config)) {
    return absl::InternalError("the test's own text is wrong");
  }
  return Validate(config, "/etc/kyc", ReadFake);
}

// The faults of the complete configuration with `from` replaced by `to`.
std::vector<std::string> FaultsWith(const std::string& from, const std::string& to) {
  if (!absl::StrContains(kComplete, from)) return {"not in the configuration: " + from};
  const auto settings = Checked(absl::StrReplaceAll(kComplete, {{from, to}}));
  if (settings.ok()) return {};
  EXPECT_EQ(settings.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(absl::StrContains(settings.status().message(), "hidden"));
  return absl::StrSplit(settings.status().message(), '\n');
}

TEST(Validate, CompleteConfigurationBecomesSettings) {
  const auto settings = Checked(kComplete);
  ASSERT_TRUE(settings.ok()) << settings.status();
  ASSERT_EQ(settings->grpc->listeners.size(), 1);
  EXPECT_EQ(settings->grpc->listeners[0].field, "grpc.listen");
  EXPECT_EQ(settings->grpc->listeners[0].address, "127.0.0.1:50051");
  EXPECT_TRUE(settings->grpc->listeners[0].trusted);
  EXPECT_EQ(settings->webhook->accounts[0].name, "netzme");
  EXPECT_EQ(settings->admin->listener.address, "127.0.0.1:9090");
  EXPECT_EQ(settings->finpay->base_url, "https://finpay.example/api/v1.0");
  EXPECT_EQ(settings->finpay->accounts[0].merchant_id, "M1");
  EXPECT_EQ(settings->widekyc->server_url, "https://widekyc.example");
  EXPECT_EQ(settings->event_log->sqlite_path, "/etc/kyc/events.db");
  EXPECT_EQ(settings->event_log->sealing_keys[0].id, 1);
  EXPECT_TRUE(settings->callers[0].loopback);
  EXPECT_TRUE(settings->callers[0].bearer_token.empty());
  EXPECT_TRUE(settings->callers[1].allow_full_view);
  EXPECT_FALSE(settings->callers[1].allow_admin);
}

TEST(Validate, SecretsAreReadWithoutOneTrailingNewline) {
  const auto settings = Checked(kComplete);
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->webhook->accounts[0].callback_tokens[0].Reveal(), "hidden-callback");
  EXPECT_EQ(settings->finpay->accounts[0].merchant_pass.Reveal(), "hidden pass");
  EXPECT_EQ(settings->finpay->accounts[0].field_key.Reveal(), "hidden7890123456");
  EXPECT_EQ(settings->finpay->accounts[0].field_iv.Reveal(), "hidden7890654321");
  EXPECT_EQ(settings->widekyc->accounts[0].token.Reveal(), "hidden-token");
  EXPECT_EQ(settings->event_log->sealing_keys[0].key.Reveal(), std::string(32, 'k'));
  EXPECT_EQ(settings->event_log->lookup_key.Reveal(), std::string(32, 'k'));
  EXPECT_EQ(settings->callers[1].bearer_token.Reveal(), "hidden-bearer-of-22-chars");
}

TEST(Validate, WhatIsNotSetHasItsDocumentedDefault) {
  const auto settings = Checked(kComplete);
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->grpc->max_request_bytes_in_flight, 512 << 20);
  EXPECT_EQ(settings->grpc->overload_wait, absl::Milliseconds(250));
  EXPECT_EQ(settings->grpc->max_image_bytes, 8 << 20);
  EXPECT_EQ(settings->grpc->default_deadline, absl::Seconds(30));
  EXPECT_EQ(settings->grpc->max_deadline, absl::Seconds(60));
  EXPECT_EQ(settings->grpc->max_streams, 20'000);
  EXPECT_EQ(settings->grpc->connections.max, 10'000);
  EXPECT_EQ(settings->grpc->connections.max_of_a_source, 0);
  EXPECT_EQ(settings->grpc->connections.a_second, 300);
  EXPECT_FALSE(settings->grpc->serve_uncounted);
  EXPECT_FALSE(settings->grpc->end_when_deaf);
  EXPECT_EQ(settings->webhook->max_body_bytes, 64 << 10);
  EXPECT_EQ(settings->webhook->max_connections, 1024);
  EXPECT_EQ(settings->webhook->max_connections_of_a_source, 0);
  EXPECT_EQ(settings->webhook->max_waiting, 4096);
  EXPECT_FALSE(settings->finpay->allow_http_widget_url);
  EXPECT_EQ(settings->finpay->upstream.attempt_timeout, absl::Seconds(15));
  EXPECT_EQ(settings->widekyc->upstream.attempt_timeout, absl::Seconds(20));
  EXPECT_EQ(settings->widekyc->upstream.connect_timeout, absl::Seconds(2));
  EXPECT_EQ(settings->widekyc->upstream.slots, 2000);
  EXPECT_EQ(settings->widekyc->upstream.max_waiting, 500);
  EXPECT_EQ(settings->widekyc->upstream.slot_wait, absl::Milliseconds(250));
  EXPECT_EQ(settings->widekyc->upstream.max_reply_bytes, 1 << 20);
  EXPECT_EQ(settings->widekyc->upstream.breaker.failure_percent, 50);
  EXPECT_EQ(settings->widekyc->upstream.breaker.min_calls, 20);
  EXPECT_EQ(settings->widekyc->upstream.breaker.window, absl::Seconds(10));
  EXPECT_EQ(settings->widekyc->upstream.breaker.open_for, absl::Seconds(5));
  EXPECT_EQ(settings->widekyc->upstream.breaker.probes, 3);
  EXPECT_EQ(settings->widekyc->upstream.breaker.unanswered_counts_after, absl::Seconds(1));
  EXPECT_EQ(settings->widekyc->upstream.idle_connection_age, absl::Seconds(30));
  EXPECT_EQ(settings->widekyc->upstream.connection_age, absl::Minutes(5));
  EXPECT_FALSE(settings->widekyc->upstream.proxy.has_value());
  EXPECT_FALSE(settings->widekyc->upstream.believe_every_503);
  EXPECT_EQ(settings->widekyc->max_cust_ref_no_bytes, 128);
  EXPECT_EQ(settings->widekyc->max_text_bytes, 256);
  EXPECT_EQ(settings->event_log->retention_age, absl::Hours(24 * 90));
  EXPECT_EQ(settings->event_log->retention_count, 10'000'000);
  EXPECT_EQ(settings->event_log->reference_retention_age, absl::Hours(24 * 400));
  EXPECT_EQ(settings->event_log->quarantine_max_entries, 10'000);
  EXPECT_EQ(settings->event_log->quarantine_max_bytes, 64 << 20);
  EXPECT_EQ(settings->event_log->quarantine_max_age, absl::Hours(24 * 90));
  EXPECT_EQ(settings->event_log->audit_retention_age, absl::Hours(24 * 1825));
  EXPECT_EQ(settings->event_log->usage_retention_age, absl::Hours(24 * 800));
  EXPECT_EQ(settings->event_log->usage_time_zone, absl::FixedTimeZone(7 * 60 * 60));
  EXPECT_EQ(settings->drain_delay, absl::ZeroDuration());
  EXPECT_EQ(settings->drain_timeout, absl::Seconds(25));
  EXPECT_EQ(settings->log_level, "info");
  EXPECT_EQ(settings->log_format, LogFormat::kText);
  EXPECT_EQ(settings->call_lines_per_second, 1000);
}

TEST(Validate, WhatIsSetIsTaken) {
  const auto settings = Checked(R"(
    grpc {
      listen: "0.0.0.0:1" insecure_plaintext_i_understand: true
      max_request_bytes_in_flight: 17825792 overload_wait {} max_image_bytes: 1024
      default_deadline { seconds: 1 } max_deadline { seconds: 300 } max_streams: 7
      connections {
        max_connections: 100000 max_connections_of_a_source: 1 connections_a_second: 10
      }
      serve_even_if_the_frames_of_hostile_callers_are_not_counted_i_understand: true
      end_when_no_new_connection_is_served: true
    }
    finpay {
      base_url: "http://127.0.0.1:9" allow_http_widget_url: true
      accounts {
        name: "a" merchant_id: "M"
        merchant_pass_file: "pass" field_key_file: "field_key" field_iv_file: "field_iv"
      }
      upstream {
        attempt_timeout { nanos: 100000000 } connect_timeout { nanos: 10000000 } slots: 100000
        max_waiting: 0 slot_wait { seconds: 10 } max_reply_bytes: 16777216 ca_file: "ca.pem"
        extra_headers { name: "X-Partner" value: "p" }
        breaker {
          failure_percent: 100 min_calls: 1 window { seconds: 2 } open_for { seconds: 3 }
          probes: 4 disabled: true unanswered_counts_after { seconds: 4 }
        }
        idle_connection_age { seconds: 5 } connection_age { seconds: 6 }
        proxy { url: "http://proxy:3128" user: "u" password_file: "pass" }
        every_503_is_the_upstreams_own_and_means_not_processed_i_understand: true
      }
    }
    drain_timeout {} log_level: "debug" log_format: "json" call_lines_per_second: -1)");
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->grpc->max_request_bytes_in_flight, 17 << 20);
  EXPECT_EQ(settings->grpc->overload_wait, absl::ZeroDuration());
  EXPECT_EQ(settings->grpc->max_image_bytes, 1024);
  EXPECT_EQ(settings->grpc->default_deadline, absl::Seconds(1));
  EXPECT_EQ(settings->grpc->max_deadline, absl::Minutes(5));
  EXPECT_EQ(settings->grpc->max_streams, 7);
  EXPECT_EQ(settings->grpc->connections.max, 100'000);
  EXPECT_EQ(settings->grpc->connections.max_of_a_source, 1);
  EXPECT_EQ(settings->grpc->connections.a_second, 10);
  EXPECT_TRUE(settings->grpc->serve_uncounted);
  EXPECT_TRUE(settings->grpc->end_when_deaf);
  EXPECT_TRUE(settings->finpay->allow_http_widget_url);
  const Upstream& upstream = settings->finpay->upstream;
  EXPECT_EQ(upstream.attempt_timeout, absl::Milliseconds(100));
  EXPECT_EQ(upstream.connect_timeout, absl::Milliseconds(10));
  EXPECT_EQ(upstream.slots, 100'000);
  EXPECT_EQ(upstream.max_waiting, 0);
  EXPECT_EQ(upstream.slot_wait, absl::Seconds(10));
  EXPECT_EQ(upstream.max_reply_bytes, 16 << 20);
  EXPECT_EQ(upstream.ca_file, "/etc/kyc/ca.pem");
  EXPECT_THAT(upstream.extra_headers, ElementsAre(testing::Pair("X-Partner", "p")));
  EXPECT_EQ(upstream.breaker.failure_percent, 100);
  EXPECT_EQ(upstream.breaker.min_calls, 1);
  EXPECT_EQ(upstream.breaker.window, absl::Seconds(2));
  EXPECT_EQ(upstream.breaker.open_for, absl::Seconds(3));
  EXPECT_EQ(upstream.breaker.probes, 4);
  EXPECT_TRUE(upstream.breaker.disabled);
  EXPECT_EQ(upstream.breaker.unanswered_counts_after, absl::Seconds(4));
  EXPECT_EQ(upstream.idle_connection_age, absl::Seconds(5));
  EXPECT_EQ(upstream.connection_age, absl::Seconds(6));
  ASSERT_TRUE(upstream.proxy.has_value());
  EXPECT_EQ(upstream.proxy->url, "http://proxy:3128");
  EXPECT_EQ(upstream.proxy->user, "u");
  EXPECT_FALSE(upstream.proxy->password.empty());
  EXPECT_TRUE(upstream.believe_every_503);
  EXPECT_EQ(settings->drain_timeout, absl::ZeroDuration());
  EXPECT_EQ(settings->log_level, "debug");
  EXPECT_EQ(settings->log_format, LogFormat::kJson);
  EXPECT_EQ(settings->call_lines_per_second, 0);
}

TEST(Validate, DefaultDeadlineIsCutToASmallerMaximum) {
  const auto settings =
      Checked(absl::StrReplaceAll(kComplete, {{"50051\"", "50051\" max_deadline { seconds: 5 }"}}));
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->grpc->default_deadline, absl::Seconds(5));
}

TEST(Validate, EachFaultOfASecretFileIsNamedWithFieldAndFile) {
  const struct {
    std::string from;
    std::string to;
    std::string fault;
  } cases[] = {
      {"\"token\"", "\"absent\"",
       "widekyc.accounts[0].token_file: the file that it names cannot be read: no such file"},
      {"\"token\"", "\"empty\"", "widekyc.accounts[0].token_file: the file that it names is empty"},
      {"\"token\"", "\"newline\"",
       "widekyc.accounts[0].token_file: the file that it names is empty"},
      {"\"token\"", "\"open\"",
       "widekyc.accounts[0].token_file: the file that it names is open to every user: chmod o= it"},
      {"\"token\"", "\"two_lines\"",
       "widekyc.accounts[0].token_file: the file that it names must hold one line of visible ASCII "
       "characters"},
      {"\"token\"", "\"\"", "widekyc.accounts[0].token_file: is required"},
      {"\"pass\"", "\"\"", "finpay.accounts[0].merchant_pass_file: is required"},
      {"\"field_key\"", "\"short\"",
       "finpay.accounts[0].field_key_file: the file that it names must hold 16 bytes"},
      {"\"field_iv\"", "\"token\"",
       "finpay.accounts[0].field_iv_file: the file that it names must hold 16 bytes"},
      {"\"sealing\"", "\"field_key\"",
       "event_log.sealing_keys[0].key_file: the file that it names must hold 32 bytes in base64"},
      {"\"/keys/lookup\"", "\"bearer\"",
       "event_log.lookup_key_file: the file that it names must hold 32 bytes in base64"},
      {"\"callback\"", "\"absent\"",
       "webhook.accounts[0].callback_token_files[0]: the file that it names cannot be read: no "
       "such "
       "file"},
      {"\"bearer\"", "\"empty\"", "callers[1].bearer_token_file: the file that it names is empty"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(FaultsWith(c.from, c.to), ElementsAre(c.fault)) << c.to;
  }
}

TEST(Validate, EachFaultOfAFieldIsNamed) {
  const struct {
    std::string from;
    std::string to;
    std::string fault;
  } cases[] = {
      {"127.0.0.1:50051", "", "grpc.listen: is required"},
      {"127.0.0.1:50051", "127.0.0.1:8081", "webhook.listen: is the same as grpc.listen"},
      {"https://finpay", "http://finpay",
       "finpay.base_url: must be https: only loopback may be spoken to in plaintext"},
      {"https://widekyc.example", "", "widekyc.server_url: is required"},
      {"\"M1\"", "\"\"", "finpay.accounts[0].merchant_id: is required"},
      {"\"M1\"", "\"" + std::string(129, 'm') + "\"",
       "finpay.accounts[0].merchant_id: must be at most 128 bytes"},
      {"name: \"main\" token", "token", "widekyc.accounts[0].name: is required"},
      {"accounts { name: \"main\" token_file: \"token\" }", "",
       "widekyc.accounts: must hold at least one"},
      {"accounts { name: \"main\" token_file: \"token\" }",
       "accounts { name: \"x\" token_file: \"token\" }"
       "accounts { name: \"x\" token_file: \"token\" }",
       "widekyc.accounts[1].name: is there twice"},
      {"accounts { name: \"netzme\" callback_token_files: \"callback\" }", "",
       "webhook.accounts: must hold at least one"},
      {"callback_token_files: \"callback\"", "",
       "webhook.accounts[0].callback_token_files: must hold at least one"},
      {"\"callback\" }",
       "\"callback\" } accounts { name: \"b\" callback_token_files: \"callback2\" }",
       "webhook.accounts[1].callback_token_files[0]: holds the same token as "
       "webhook.accounts[0].callback_token_files[0]"},
      {"sqlite { path: \"events.db\" }", "", "event_log: needs an engine: sqlite or postgres"},
      {"\"events.db\"", "\"\"", "event_log.sqlite.path: is required"},
      {"sealing_keys { id: 1 key_file: \"sealing\" }", "",
       "event_log.sealing_keys: must hold at least one"},
      {"id: 1", "", "event_log.sealing_keys[0].id: must be 1 to 255"},
      {"id: 1", "id: 256", "event_log.sealing_keys[0].id: must be 1 to 255"},
      {"sealing_keys {", "sealing_keys { id: 1 key_file: \"sealing\" } sealing_keys {",
       "event_log.sealing_keys[1].id: is there twice"},
      {"sqlite", "retention_age { seconds: 59 } sqlite",
       "event_log.retention_age: must be 1m to 876000h"},
      {"sqlite", "retention_count: 999 sqlite",
       "event_log.retention_count: must be 1000 to 1099511627776"},
      {"sqlite", "retention_age { seconds: 43200000 } sqlite",
       "event_log.reference_retention_age: must be at least retention_age: else revisions would "
       "restart"},
      {"loopback: true", "",
       "callers[0]: matches nobody: set loopback, a bearer token or a certificate's name"},
      {"trusted: true", "", "callers[0].loopback: matches nobody: no listener of grpc is trusted"},
      {"bearer_token_file: \"bearer\"", "loopback: true",
       "callers[1].loopback: matches nobody: an earlier caller is loopback too"},
      {"loopback: true", "bearer_token_file: \"bearer\"",
       "callers[1].bearer_token_file: holds the same token as callers[0].bearer_token_file"},
      {"\"billing\"", "\"local\"", "callers[1].name: is there twice"},
      {"\"bearer\"", "\"weak\"",
       "callers[1].bearer_token_file: the file that it names is too short for a token of 128 "
       "random "
       "bits: 32 hexadecimal digits or 22 characters of base64, like `openssl rand -hex 32` makes"},
      {"\"bearer\"", "\"bearer\" bearer_token_sha256: \"hidden\"",
       "callers[1].bearer_token_sha256[0]: must be 64 hexadecimal digits, as `printf %s \"$TOKEN\" "
       "| sha256sum` prints"},
      {"\"bearer\"", "\"bearer\" certificate_dns_names: \"a.example\"",
       "callers[1]: matches no certificate: no listener of grpc asks for any"},
      {"\"bearer\"", "\"bearer\" may_call: \"/a.B/C\"",
       "callers[1].may_call[0]: must be package.Service or package.Service/Method"},
      {"\"bearer\"", "\"bearer\" may_call: \"kyc.admin.v1.QuarantineService\"",
       "callers[1].may_call[0]: needs allow_admin"},
      {"\"bearer\"", "\"bearer\" allow_admin: true may_call: \"kyc.admin.v1.AuditService\"",
       "callers[1].may_call[0]: needs allow_audit"},
      {"\"bearer\"", "\"bearer\" allow_admin: true may_call: \"kyc.admin.v1.PersonalDataService\"",
       "callers[1].may_call[0]: needs allow_personal_data"},
      {"\"bearer\"", "\"bearer\" limits { calls_per_second: 1 calls_per_day: -1 }",
       "callers[1].limits[0].calls_per_day: must be 1 to 1099511627776"},
      {"\"bearer\"", "\"bearer\" limits {}",
       "callers[1].limits[0]: must have calls_per_second or calls_per_day"},
      {"\"bearer\"", "\"bearer\" limits { burst: 5 calls_per_day: 9 }",
       "callers[1].limits[0].burst: needs calls_per_second"},
      {"\"bearer\"", "\"bearer\" limits { calls_per_day: 9 } limits { calls_per_second: 1 }",
       "callers[1].limits[1].method: is there twice"},
      {"\"bearer\"",
       "\"bearer\" limits { method: \"netzme.v1.UpgradeNotificationService/GetUpgrade\" "
       "calls_per_day: 9 }",
       "callers[1].limits[0].method: must be package.Service/Method of finpay.linkage.v1 or "
       "widekyc.v1"},
      {"event_log {", "event_log { usage_time_zone: \"Mars/Olympus\"",
       "event_log.usage_time_zone: must be a time zone that this machine knows, like "
       "Asia/Makassar: is the package tzdata installed?"},
      {"callers { name: \"local\"", "drain_delay { seconds: 301 } callers { name: \"local\"",
       "drain_delay: must be 0 to 5m"},
      {"callers { name: \"local\"", "drain_timeout { seconds: 301 } callers { name: \"local\"",
       "drain_timeout: must be 0 to 5m"},
      {"callers { name: \"local\"", "drain_timeout { seconds: -1 } callers { name: \"local\"",
       "drain_timeout: must be 0 to 5m"},
      {"callers { name: \"local\"",
       "drain_timeout { seconds: 1 nanos: -1 } callers { name: \"local\"",
       "drain_timeout: must be 0 to 5m"},
      {"callers { name: \"local\"", "log_level: \"INFO\" callers { name: \"local\"",
       "log_level: must be debug, info, warn or error"},
      {"callers { name: \"local\"", "log_format: \"xml\" callers { name: \"local\"",
       "log_format: must be text or json"},
      {"callers { name: \"local\"", "call_lines_per_second: -2 callers { name: \"local\"",
       "call_lines_per_second: must be -1 to 1000000"},
      {"50051\"", "50051\" max_image_bytes: -1", "grpc.max_image_bytes: must be 1024 to 8388608"},
      {"50051\"", "50051\" max_request_bytes_in_flight: 17825791",
       "grpc.max_request_bytes_in_flight: must be 17825792 to 1099511627776"},
      {"50051\"", "50051\" default_deadline { seconds: 61 }",
       "grpc.default_deadline: must be at most max_deadline"},
      {"50051\"", "50051\" max_deadline { nanos: 1 }", "grpc.max_deadline: must be 1s to 5m"},
      {"8081\"", "8081\" max_body_bytes: 1048577",
       "webhook.max_body_bytes: must be 1024 to 1048576"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(FaultsWith(c.from, c.to), ElementsAre(c.fault)) << c.from << " -> " << c.to;
  }
}

// Everybody knows it, so it is for the simulator only.
TEST(Validate, SampleSecretsAreForThisMachineOnly) {
  const std::string fault =
      ": is the sample of the upstream's own document, which everybody knows: use the one that the "
      "upstream gave you";
  EXPECT_THAT(FaultsWith("\"field_key\"", "\"sample\""),
              ElementsAre("finpay.accounts[0].field_key_file" + fault));
  EXPECT_THAT(FaultsWith("\"field_iv\"", "\"sample\""),
              ElementsAre("finpay.accounts[0].field_iv_file" + fault));
  EXPECT_THAT(FaultsWith("\"callback\"", "\"sample_token\""),
              ElementsAre("webhook.accounts[0].callback_token_files[0]" + fault));
  const std::string simulator =
      absl::StrReplaceAll(kComplete, {{"https://finpay.example", "http://127.0.0.1:1"},
                                      {"https://widekyc.example", "http://localhost:1"},
                                      {"\"callback\"", "\"sample_token\""},
                                      {"\"field_key\"", "\"sample\""}});
  EXPECT_TRUE(Checked(simulator).ok()) << Checked(simulator).status();
  EXPECT_FALSE(
      Checked(absl::StrReplaceAll(simulator, {{"http://localhost:1", "https://w.example"}})).ok());
}

TEST(Validate, CallersHaveTokensCertificatesAndMethods) {
  const std::string digest(64, 'A');
  const auto settings = Checked(absl::StrReplaceAll(
      kComplete, {{"trusted: true",
                   "trusted: true listeners { address: \"127.0.0.1:9\" tls { "
                   "certificate_file: \"c\" key_file: \"k\" client_ca_file: \"a\" "
                   "client_certificate: CLIENT_CERTIFICATE_OPTIONAL } }"},
                  {"\"bearer\"", "\"bearer\" bearer_token_sha256: \"" + digest +
                                     "\" certificate_dns_names: \"a.example\" certificate_uris: "
                                     "\"spiffe://x/a\" may_call: [\"a.B\", \"a.C/D\"]"}}));
  ASSERT_TRUE(settings.ok()) << settings.status();
  const Caller& caller = settings->callers[1];
  EXPECT_THAT(caller.token_digests, ElementsAre(std::string(32, '\xaa')));
  EXPECT_THAT(caller.certificate_dns_names, ElementsAre("a.example"));
  EXPECT_THAT(caller.certificate_uris, ElementsAre("spiffe://x/a"));
  EXPECT_THAT(caller.may_call, ElementsAre("a.B", "a.C/D"));
}

constexpr char kTls[] = R"(tls { certificate_file: "cert.pem" key_file: "/keys/key.pem" )";

TEST(Validate, ListenersAreOfTheKindsThatTheyCanBe) {
  const auto settings = Checked(absl::StrReplaceAll(
      kComplete,
      {{"50051\" trusted: true",
        absl::StrCat(
            "50051\" trusted: true ",
            "listeners { address: \"unix:/run/kyc.sock\" trusted: true } ",
            "listeners { address: \"0.0.0.0:1\" ", kTls,
            "client_ca_file: \"ca.pem\" client_certificate: CLIENT_CERTIFICATE_REQUIRED } } ",
            "listeners { address: \"[::]:2\" ", kTls, "} }")}}));
  ASSERT_TRUE(settings.ok()) << settings.status();
  const std::vector<Listener>& listeners = settings->grpc->listeners;
  ASSERT_EQ(listeners.size(), 4);
  EXPECT_EQ(listeners[1].field, "grpc.listeners[0].address");
  EXPECT_TRUE(listeners[1].trusted);
  EXPECT_FALSE(listeners[1].tls.has_value());
  EXPECT_FALSE(listeners[2].trusted);
  EXPECT_EQ(listeners[2].tls->certificate_file, "/etc/kyc/cert.pem");
  EXPECT_EQ(listeners[2].tls->key_file, "/keys/key.pem");
  EXPECT_EQ(listeners[2].tls->client_ca_file, "/etc/kyc/ca.pem");
  EXPECT_EQ(listeners[2].tls->client_certificate, ClientCertificate::kRequired);
  EXPECT_EQ(listeners[3].tls->client_certificate, ClientCertificate::kNone);
}

TEST(Validate, TheWebhookHasOneOfTheseListeners) {
  const auto settings = Checked(R"(
    webhook {
      listen: "0.0.0.0:8443" tls { certificate_file: "cert.pem" key_file: "key.pem" }
      accounts { name: "n" callback_token_files: "callback" }
    }
    event_log {
      postgres { dsn: "host=127.0.0.1" durability: POSTGRES_DURABILITY_LOCAL }
      sealing_keys { id: 1 key_file: "sealing" } lookup_key_file: "/keys/lookup"
    })");
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->webhook->listener.field, "webhook.listen");
  EXPECT_EQ(settings->webhook->listener.tls->certificate_file, "/etc/kyc/cert.pem");
}

TEST(Validate, TheWebhookMayBeNarrowed) {
  const std::string accounts = "accounts { name: \"netzme\"";
  const auto settings = Checked(
      absl::StrReplaceAll(kComplete, {{accounts,
                                       "source_networks: [\"203.0.113.0/24\", \"2001:db8::1\"] "
                                       "max_a_second_of_a_source: 7 " +
                                           accounts + " max_a_second: 9"}}));
  ASSERT_TRUE(settings.ok()) << settings.status();
  ASSERT_EQ(settings->webhook->source_networks.size(), 2);
  EXPECT_TRUE(settings->webhook->source_networks[0].Has(*IpAddress::Parse("203.0.113.9")));
  EXPECT_EQ(settings->webhook->max_a_second_of_a_source, 7);
  EXPECT_EQ(settings->webhook->accounts[0].max_a_second, 9);
  EXPECT_THAT(
      FaultsWith(accounts, "source_networks: \"203.0.113.1/24\" max_a_second_of_a_source: -1 " +
                               accounts + " max_a_second: 1000001"),
      ElementsAre("webhook.accounts[0].max_a_second: must be 1 to 1000000",
                  "webhook.source_networks[0]: must be an address or a network without bits beyond "
                  "its length, like 203.0.113.0/24 or 2001:db8::/32",
                  "webhook.max_a_second_of_a_source: must be 1 to 1000000"));
  EXPECT_THAT(FaultsWith("listen: \"127.0.0.1:8081\"",
                         "listen: \"unix:/run/hook\" source_networks: \"203.0.113.0/24\""),
              ElementsAre("webhook.source_networks: is not for unix:/path, where nobody has an "
                          "address"));
}

TEST(Validate, TheOperatorsListenerIsOneOfThemWithTokens) {
  const std::string digest(64, 'A');
  const auto settings = Checked(absl::StrReplaceAll(
      kComplete, {{"127.0.0.1:9090\"",
                   absl::StrCat("0.0.0.0:9090\" ", kTls, "} bearer_token_files: \"bearer\" ",
                                "bearer_token_sha256: \"", digest, "\"")}}));
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->admin->listener.tls->certificate_file, "/etc/kyc/cert.pem");
  ASSERT_EQ(settings->admin->tokens.size(), 1);
  EXPECT_EQ(settings->admin->tokens[0].Reveal(), "hidden-bearer-of-22-chars");
  EXPECT_THAT(settings->admin->token_digests, ElementsAre(std::string(32, '\xaa')));
}

TEST(Validate, EachFaultOfTheOperatorsListenerIsNamed) {
  const struct {
    std::string admin;
    std::string fault;
  } cases[] = {
      {"listen: \"0.0.0.0:9090\" bearer_token_files: \"bearer\"",
       "admin.listen: is not loopback: traffic with personal data would not be encrypted; give it "
       "tls, or, to allow plaintext, set insecure_plaintext_i_understand"},
      {absl::StrCat("listen: \"0.0.0.0:9090\"", kTls, "}"),
       "admin.bearer_token_sha256: or bearer_token_files must name a token, as others than this "
       "machine's processes reach admin.listen"},
      {"listen: \"127.0.0.1:9090\" bearer_token_files: \"weak\"",
       "admin.bearer_token_files[0]: the file that it names is too short for a token of 128 random "
       "bits: 32 hexadecimal digits or 22 characters of base64, like `openssl rand -hex 32` makes"},
      {"listen: \"127.0.0.1:9090\" bearer_token_files: [\"bearer\", \"bearer\"]",
       "admin.bearer_token_files[1]: holds the same token as admin.bearer_token_files[0]"},
      {"listen: \"127.0.0.1:9090\" bearer_token_sha256: \"AA\"",
       "admin.bearer_token_sha256[0]: must be 64 hexadecimal digits, as `printf %s \"$TOKEN\" | "
       "sha256sum` prints"},
      {"listen: \"systemd:admin\" insecure_plaintext_i_understand: true",
       "admin.listen: cannot be systemd's: it must have an address of its own"},
      {"listen: \"127.0.0.1:9090\" tls {}", "admin.tls.certificate_file: is required"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(FaultsWith("listen: \"127.0.0.1:9090\"", c.admin), testing::Contains(c.fault))
        << c.admin;
  }
  for (const std::string admin : {"listen: \"0.0.0.0:9090\" insecure_plaintext_i_understand: true",
                                  "listen: \"unix:/run/admin\"",
                                  "listen: \"127.0.0.1:9090\" bearer_token_files: \"bearer\""}) {
    EXPECT_THAT(FaultsWith("listen: \"127.0.0.1:9090\"", admin), testing::IsEmpty()) << admin;
  }
}

TEST(Validate, EachFaultOfAListenerIsNamed) {
  const std::string not_trusted = "is only for listeners on 127.0.0.1, [::1] or unix:/path";
  const struct {
    std::string listener;
    std::string fault;
  } cases[] = {
      {"", "address: is required"},
      {R"(address: "127.0.0.1:50051")", "address: is the same as grpc.listen"},
      {R"(address: "0.0.0.0:1")",
       "address: is not loopback: traffic with personal data would not be encrypted; give it tls, "
       "or, to allow plaintext, set insecure_plaintext_i_understand"},
      {R"(address: "0.0.0.0:1" insecure_plaintext_i_understand: true trusted: true)",
       "trusted: " + not_trusted},
      {R"(address: "127.0.0.2:1" trusted: true)", "trusted: " + not_trusted},
      {absl::StrCat("address: \"127.0.0.1:1\" trusted: true ", kTls, "}"),
       "trusted: is for listeners without tls: with it, tell callers apart by certificate or "
       "token"},
      {R"(address: "127.0.0.1:1" tls { key_file: "k" })", "tls.certificate_file: is required"},
      {R"(address: "127.0.0.1:1" tls { certificate_file: "c" })", "tls.key_file: is required"},
      {absl::StrCat("address: \"127.0.0.1:1\" ", kTls, "client_ca_file: \"ca\" }"),
       "tls.client_certificate: is required with client_ca_file: CLIENT_CERTIFICATE_OPTIONAL or "
       "_REQUIRED"},
      {absl::StrCat("address: \"127.0.0.1:1\" ", kTls,
                    "client_certificate: CLIENT_CERTIFICATE_OPTIONAL }"),
       "tls.client_ca_file: is required"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(FaultsWith("trusted: true", "trusted: true listeners { " + c.listener + " }"),
                ElementsAre("grpc.listeners[0]." + c.fault))
        << c.listener;
  }
}

TEST(Validate, EachFaultOfAnUpstreamIsNamed) {
  const struct {
    std::string upstream;
    std::string fault;
  } cases[] = {
      {"attempt_timeout { nanos: 99999999 }", "attempt_timeout: must be 100ms to 5m"},
      {"connect_timeout { seconds: 61 }", "connect_timeout: must be 10ms to 1m"},
      {"slots: -1", "slots: must be 1 to 100000"},
      {"slots: 100001", "slots: must be 1 to 100000"},
      {"slot_wait { seconds: 11 }", "slot_wait: must be 0 to 10s"},
      {"max_reply_bytes: 1023", "max_reply_bytes: must be 1024 to 16777216"},
      {"ca_file: \"absent\"", "ca_file: the file that it names cannot be read: no such file"},
      {"ca_file: \"token\"", "ca_file: the file that it names holds no certificate"},
      {"extra_headers { name: \"a b\" value: \"v\" }",
       "extra_headers[0].name: must be an HTTP token"},
      {"extra_headers { name: \"Token\" value: \"v\" }",
       "extra_headers[0].name: names a header that the gateway sets"},
      {"extra_headers { name: \"x\" value: \"a\\r\\nb\" }",
       "extra_headers[0].value: holds a control character"},
      {"extra_headers { name: \"x\" value: \"1\" } extra_headers { name: \"X\" value: \"2\" }",
       "extra_headers[1].name: is there twice"},
      {"request_id_header: \"a b\"", "request_id_header: must be an HTTP token"},
      {"request_id_header: \"Token\"", "request_id_header: names a header that the gateway sets"},
      {"request_id_header: \"X\" extra_headers { name: \"x\" value: \"1\" }",
       "request_id_header: is one of extra_headers"},
      {"request_id_header: \"Traceparent\"", "request_id_header: is another header's name"},
      {"send_traceparent: true extra_headers { name: \"Traceparent\" value: \"1\" }",
       "send_traceparent: is one of extra_headers"},
      {"breaker { failure_percent: 101 }", "breaker.failure_percent: must be 1 to 100"},
      {"breaker { window { } }", "breaker.window: must be 1s to 10m"},
      {"breaker { unanswered_counts_after { nanos: 1 } }",
       "breaker.unanswered_counts_after: must be 100ms to 5m"},
      {"idle_connection_age { seconds: 3601 }", "idle_connection_age: must be 1s to 1h"},
      {"connection_age { }", "connection_age: must be 1s to 24h"},
      {"proxy { }", "proxy.url: is required"},
      {"proxy { url: \"http://u:hidden@proxy:1\" }", "proxy.url: must not hold a user or password"},
      {"proxy { url: \"http://proxy:1\" user: \"u\" }",
       "proxy: must have both user and password_file, or neither"},
      {"proxy { url: \"http://proxy:1\" user: \"u\" password_file: \"open\" }",
       "proxy.password_file: the file that it names is open to every user: chmod o= it"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(FaultsWith("\"https://widekyc.example\"",
                           "\"https://widekyc.example\" upstream { " + c.upstream + " }"),
                ElementsAre("widekyc.upstream." + c.fault))
        << c.upstream;
  }
}

constexpr char kPostgres[] =
    R"(postgres { dsn: "host=127.0.0.1 dbname=kyc user=kyc" standby_names: "a" })";

absl::StatusOr<Settings> OverPostgres(const std::string& block) {
  return Checked(absl::StrReplaceAll(kComplete, {{"sqlite { path: \"events.db\" }", block}}));
}

TEST(Validate, PostgresDefaultsAreFilledIn) {
  const absl::StatusOr<Settings> settings = OverPostgres(kPostgres);
  ASSERT_TRUE(settings.ok()) << settings.status();
  ASSERT_TRUE(settings->event_log->postgres.has_value());
  const Postgres& postgres = *settings->event_log->postgres;
  EXPECT_EQ(postgres.durability, PostgresDurability::kStandbys);
  EXPECT_EQ(postgres.standbys, 1);
  EXPECT_THAT(postgres.standby_names, ElementsAre("a"));
  EXPECT_EQ(postgres.poll_interval, absl::Milliseconds(50));
  EXPECT_TRUE(postgres.password.empty());
}

TEST(Validate, EachFaultOfPostgresIsNamed) {
  const std::string plaintext =
      "dsn: must say sslmode=verify-full: only loopback may be spoken to without; to allow it, set "
      "insecure_plaintext_i_understand";
  const struct {
    std::string dsn;
    std::string more;
    std::string fault;  // After "event_log.postgres."; empty: none.
  } cases[] = {
      {"", "", "dsn: is required"},
      {"host", "", "dsn: must be keyword=value, with a space between"},
      {"host='a b'", "", "dsn: must hold no quotes or backslashes"},
      {"dbname=kyc", "", "dsn: must say host="},
      {"host=127.0.0.1 password=x", "", "dsn: must not say password: set password_file"},
      {"host=127.0.0.1 options=-c", "",
       "dsn: must not say options: the gateway sets what it needs itself"},
      {"host=/run/postgresql", "", ""},
      {"host=127.0.0.1,localhost,::1", "", ""},
      {"host=127.0.0.1,db", "", plaintext},
      {"host=db sslmode=require", "", plaintext},
      {"host=db sslmode=verify-full", "", ""},
      {"host=db", "insecure_plaintext_i_understand: true", ""},
      // Whom libpq speaks to is what hostaddr says.
      {"host=127.0.0.1 hostaddr=192.0.2.1", "", plaintext},
      {"host=db hostaddr=127.0.0.1", "", ""},
      {"host=127.0.0.1 dbname=kyc\\thost=db", "", plaintext},
      {"host=::1,::1 hostaddr=::1", "", "dsn: must say a hostaddr for each host"},
      {"host=::1,::1 port=1,2,3", "", "dsn: must say one port, or one for each host"},
      {"host=::1,::1 port=1", "", ""},
      {"host=::1,::1 port=1,2", "", ""},
      {"host=::1", "standbys: 2", "standby_names: must name at least as many as `standbys`"},
      {"host=::1", "standbys: 2 standby_names: \"b\"", ""},
      {"host=::1", "standbys: 2 standby_names: \"A\"",
       "standby_names: must name at least as many as `standbys`"},
      {"host=::1", "standbys: 9", "standbys: must be 1 to 8"},
      {"host=::1", "password_file: \"absent\"",
       "password_file: the file that it names cannot be read: no such file"},
      {"host=::1", "keeper_password_file: \"token\"",
       "keeper_user: is required beside keeper_password_file"},
      {"host=::1", "poll_interval { seconds: 11 }", "poll_interval: must be 1ms to 10s"},
  };
  for (const auto& c : cases) {
    const absl::Status status = OverPostgres(absl::StrCat("postgres { dsn: \"", c.dsn,
                                                          "\" standby_names: \"a\" ", c.more, " }"))
                                    .status();
    EXPECT_EQ(status.message(), c.fault.empty() ? "" : "event_log.postgres." + c.fault)
        << c.dsn << " " << c.more;
  }
}

TEST(Validate, PostgresWithoutStandbysNeedsNoNames) {
  for (const char* durability : {"LOCAL", "ENGINE"}) {
    EXPECT_TRUE(OverPostgres(absl::StrCat("postgres { dsn: \"host=::1\" durability: "
                                          "POSTGRES_DURABILITY_",
                                          durability, " }"))
                    .ok());
  }
}

TEST(Validate, QuarantineThatCannotHoldABodyOfEachAccountIsRefused) {
  const std::string second =
      "8081\" max_body_bytes: 1048576 accounts { name: \"second\" callback_token_files: "
      "\"bearer\" }";
  const std::string third =
      second + " accounts { name: \"third\" callback_token_files: \"token\" }";
  const auto with = [](const std::string& accounts, const std::string& quarantine) {
    return Checked(absl::StrReplaceAll(
        kComplete, {{"8081\"", accounts}, {"sqlite {", quarantine + " sqlite {"}}));
  };
  EXPECT_TRUE(with(second, "quarantine_max_bytes: 2097152 quarantine_max_entries: 2").ok());
  EXPECT_EQ(with(second, "quarantine_max_bytes: 2097151").status().message(),
            "event_log.quarantine_max_bytes: must be at least 2097152: webhook.max_body_bytes for "
            "each of its 2 accounts");
  EXPECT_EQ(with(third, "quarantine_max_entries: 2").status().message(),
            "event_log.quarantine_max_entries: must be at least 3: one for each of webhook's "
            "accounts");
}

TEST(Validate, BlocksThatDoNotGoTogetherAreRefused) {
  const std::string grpc = "grpc { listen: \"127.0.0.1:0\" }";
  const std::string webhook =
      "webhook { listen: \"127.0.0.1:0\" accounts { name: \"n\" callback_token_files: \"callback\" "
      "} }";
  const std::string log =
      "event_log { sqlite { path: \"e\" } sealing_keys { id: 1 key_file: \"sealing\" } "
      "lookup_key_file: \"sealing\" }";
  const std::string widekyc =
      "widekyc { server_url: \"https://w\" accounts { name: \"a\" token_file: \"token\" } }";
  const struct {
    std::string text;
    std::string fault;
  } cases[] = {
      {"", "config: serves nothing: needs grpc, webhook or admin"},
      {grpc, "grpc: needs finpay, widekyc or event_log"},
      {webhook, "webhook: needs event_log"},
      {grpc + log, "event_log.sqlite: sqlite serves one process: webhook is missing beside grpc"},
      {grpc + widekyc + log,
       "event_log.sqlite: sqlite serves one process: webhook is missing beside grpc"},
      {webhook + log,
       "event_log.sqlite: sqlite serves one process: grpc is missing beside webhook"},
      {grpc + webhook + log, ""},
      {grpc + absl::StrReplaceAll(log, {{"sqlite { path: \"e\" }", kPostgres}}), ""},
      {webhook + absl::StrReplaceAll(log, {{"sqlite { path: \"e\" }", kPostgres}}), ""},
      {grpc + widekyc, ""},
      {"admin { listen: \"127.0.0.1:0\" }", ""},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Checked(c.text).status().message(), c.fault) << c.text;
  }
}

TEST(Validate, AllFaultsComeAtOnce) {
  EXPECT_EQ(Checked(R"(
              grpc { listen: "here" max_streams: -1 connections { connections_a_second: 9 } }
              widekyc {
                server_url: "ftp://x"
                accounts { name: "a" token_file: "absent" }
                accounts { name: "a" token_file: "empty" }
              })")
                .status()
                .message(),
            "grpc.listen: must be address:port with a numeric address, like 127.0.0.1:50051 or "
            "[::1]:50051, or unix:/path\n"
            "grpc.max_streams: must be 1 to 1000000\n"
            "grpc.connections.connections_a_second: must be 10 to 100000\n"
            "widekyc.server_url: must begin with https://\n"
            "widekyc.accounts[0].token_file: the file that it names cannot be read: no such file\n"
            "widekyc.accounts[1].name: is there twice\n"
            "widekyc.accounts[1].token_file: the file that it names is empty");
}

}  // namespace
}  // namespace kyc::config
