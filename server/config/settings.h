// The configuration as the rooms use it: checked, defaults filled in, secrets read.
#ifndef SERVER_CONFIG_SETTINGS_H_
#define SERVER_CONFIG_SETTINGS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/call/ip_address.h"
#include "server/call/secret.h"

namespace kyc::config {

// The field comments, limits and defaults are protos/kyc/config/v1/config.proto's.
struct Breaker {
  int failure_percent = 50;
  int min_calls = 20;
  absl::Duration window = absl::Seconds(10);
  absl::Duration open_for = absl::Seconds(5);
  int probes = 3;
  absl::Duration unanswered_counts_after = absl::Seconds(1);
  bool disabled = false;
};

// A forward proxy on the way to an upstream.
struct Proxy {
  std::string url;
  std::string user;  // Empty: none is told.
  Secret password;
};

struct Upstream {
  absl::Duration attempt_timeout;
  absl::Duration connect_timeout = absl::Seconds(2);
  absl::Duration idle_connection_age = absl::Seconds(30);
  absl::Duration connection_age = absl::Minutes(5);
  int slots = 2000;
  int max_waiting = 500;
  absl::Duration slot_wait = absl::Milliseconds(250);
  int64_t max_reply_bytes = 1 << 20;
  std::string ca_file;
  std::vector<std::pair<std::string, std::string>> extra_headers;
  Breaker breaker;
  absl::optional<Proxy> proxy;
  bool believe_every_503 = false;
  std::string request_id_header;  // Empty: it is not sent.
  bool send_traceparent = false;
};

struct FinpayAccount {
  std::string name;
  std::string merchant_id;
  Secret merchant_pass;
  Secret field_key;
  Secret field_iv;
};

struct Finpay {
  std::string base_url;  // Without a trailing slash.
  std::vector<FinpayAccount> accounts;
  Upstream upstream;
  bool allow_http_widget_url = false;
};

struct WideKycAccount {
  std::string name;
  Secret token;
};

struct WideKyc {
  std::string server_url;  // Without a trailing slash.
  std::vector<WideKycAccount> accounts;
  Upstream upstream;
  int max_cust_ref_no_bytes = 128;
  int max_text_bytes = 256;
};

enum class ClientCertificate { kNone, kOptional, kRequired };

struct Tls {
  std::string certificate_file;
  std::string key_file;
  std::string client_ca_file;  // Empty: clients are not asked for a certificate.
  ClientCertificate client_certificate = ClientCertificate::kNone;
};

struct Listener {
  std::string field;    // Its name in the configuration, for the operator: "grpc.listen".
  std::string address;  // "address:port" or "unix:/path".
  absl::optional<Tls> tls = {};
  bool trusted = false;
};

struct Connections {
  int max = 10'000;
  int max_of_a_source = 0;  // Half of what the others leave.
  int a_second = 300;
};

struct Grpc {
  std::vector<Listener> listeners;  // At least one.
  int64_t max_request_bytes_in_flight = int64_t{512} << 20;
  absl::Duration overload_wait = absl::Milliseconds(250);
  int64_t max_image_bytes = 8 << 20;
  absl::Duration default_deadline = absl::Seconds(30);
  absl::Duration max_deadline = absl::Seconds(60);
  int max_streams = 20000;
  Connections connections;
  bool serve_uncounted = false;
  bool end_when_deaf = false;
};

struct WebhookAccount {
  std::string name;
  std::vector<Secret> callback_tokens;
  int max_a_second = 0;  // As many as come.
};

struct Webhook {
  Listener listener;
  std::vector<WebhookAccount> accounts;
  int64_t max_body_bytes = 64 << 10;
  int max_connections = 1024;
  int max_connections_of_a_source = 0;  // Half of what the others leave.
  int max_waiting = 4096;
  std::vector<IpNetwork> source_networks = {};  // Empty: all.
  int max_a_second_of_a_source = 0;             // As many as come.
};

struct Admin {
  Listener listener;
  // Whose are let in, by either; both empty: everybody is.
  std::vector<Secret> tokens = {};
  std::vector<std::string> token_digests = {};  // SHA-256, raw.
};

struct SealingKey {
  int id = 0;
  Secret key;  // 32 bytes.
};

enum class PostgresDurability { kStandbys, kLocal, kEngine };

struct Postgres {
  std::string dsn;  // Without a password.
  Secret password;
  PostgresDurability durability = PostgresDurability::kStandbys;
  int standbys = 1;
  std::vector<std::string> standby_names;
  std::string keeper_user;  // Empty: the one of `dsn`.
  Secret keeper_password;
  absl::Duration poll_interval = absl::Milliseconds(50);
};

// Over SQLite unless `postgres` is set.
struct EventLog {
  std::string sqlite_path;
  std::string backup_folder;  // Empty: none.
  absl::optional<Postgres> postgres;
  std::vector<SealingKey> sealing_keys;
  Secret lookup_key;  // 32 bytes.
  absl::Duration retention_age = absl::Hours(24 * 90);
  int64_t retention_count = 10'000'000;
  absl::Duration reference_retention_age = absl::Hours(24 * 400);
  absl::Duration audit_retention_age = absl::Hours(24 * 365 * 5);
  absl::Duration usage_retention_age = absl::Hours(24 * 800);
  absl::TimeZone usage_time_zone = absl::FixedTimeZone(7 * 60 * 60);
  int quarantine_max_entries = 10'000;
  int64_t quarantine_max_bytes = 64 << 20;
  absl::Duration quarantine_max_age = absl::Hours(24 * 90);
  absl::Duration request_id_retention = absl::Hours(24);
};

// 0: no limit.
struct CallLimit {
  std::string method;  // Empty: all methods together.
  int64_t calls_per_second = 0;
  int64_t burst = 0;
  int64_t calls_per_day = 0;
};

struct Caller {
  std::string name;
  bool loopback = false;
  Secret bearer_token;                     // Empty: none.
  std::vector<std::string> token_digests;  // SHA-256 of more tokens: 32 bytes each.
  std::vector<std::string> certificate_dns_names;
  std::vector<std::string> certificate_uris;
  std::vector<std::string> may_call;  // Services or methods; empty: all.
  bool allow_full_view = false;
  bool allow_admin = false;
  bool allow_personal_data = false;
  bool allow_audit = false;
  std::vector<CallLimit> limits;
};

enum class LogFormat { kText, kJson };

// Where spans are sent.
struct Tracing {
  std::string otlp_url;
  std::string ca_file;
  double sampled_share = 0;  // Of calls without a traceparent.
};

struct Settings {
  absl::optional<Grpc> grpc;
  absl::optional<Webhook> webhook;
  absl::optional<Admin> admin;
  absl::optional<Finpay> finpay;
  absl::optional<WideKyc> widekyc;
  absl::optional<EventLog> event_log;
  std::vector<Caller> callers;
  absl::Duration drain_delay;
  absl::Duration drain_timeout = absl::Seconds(25);
  std::string log_level = "info";
  LogFormat log_format = LogFormat::kText;
  int64_t call_lines_per_second = 1000;  // 0: none.
  absl::optional<Tracing> tracing;
};

}  // namespace kyc::config

#endif  // SERVER_CONFIG_SETTINGS_H_
