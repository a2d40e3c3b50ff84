#include "server/config/validate.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/config/admin_block.h"
#include "server/config/caller_block.h"
#include "server/config/connections_block.h"
#include "server/config/listener_block.h"
#include "server/config/postgres_block.h"
#include "server/config/sample_secrets.h"
#include "server/config/seen_secrets.h"
#include "server/config/text_rules.h"
#include "server/config/upstream_blocks.h"

namespace kyc::config {
namespace {

constexpr absl::Duration Days(int days) { return absl::Hours(24 * days); }
constexpr absl::Duration kLongest = Days(36'500);

Grpc CheckGrpc(const v1::Grpc& block, FieldChecks& checks) {
  Grpc grpc;
  grpc.listeners = CheckGrpcListeners(block, checks);
  grpc.max_request_bytes_in_flight =
      checks.Number("grpc.max_request_bytes_in_flight", block.max_request_bytes_in_flight(),
                    {int64_t{512} << 20, int64_t{17} << 20, int64_t{1} << 40});
  grpc.overload_wait =
      checks.Span("grpc.overload_wait", block.has_overload_wait(), block.overload_wait(),
                  {absl::Milliseconds(250), absl::ZeroDuration(), absl::Seconds(10)});
  grpc.max_image_bytes =
      checks.Number("grpc.max_image_bytes", block.max_image_bytes(), {8 << 20, 1 << 10, 8 << 20});
  grpc.max_deadline =
      checks.Span("grpc.max_deadline", block.has_max_deadline(), block.max_deadline(),
                  {absl::Seconds(60), absl::Seconds(1), absl::Minutes(5)});
  grpc.default_deadline = checks.Span(
      "grpc.default_deadline", block.has_default_deadline(), block.default_deadline(),
      {std::min(absl::Seconds(30), grpc.max_deadline), absl::Seconds(1), absl::Minutes(5)});
  if (grpc.default_deadline > grpc.max_deadline) {
    checks.Add("grpc.default_deadline", "must be at most max_deadline");
  }
  grpc.max_streams = static_cast<int>(
      checks.Number("grpc.max_streams", block.max_streams(), {20'000, 1, 1'000'000}));
  grpc.connections = CheckConnections("grpc.connections", block.connections(), checks);
  grpc.serve_uncounted =
      block.serve_even_if_the_frames_of_hostile_callers_are_not_counted_i_understand();
  grpc.end_when_deaf = block.end_when_no_new_connection_is_served();
  return grpc;
}

WebhookAccount CheckWebhookAccount(const std::string& at, const v1::WebhookAccount& block,
                                   std::set<std::string>& names, SeenSecrets& tokens,
                                   FieldChecks& checks) {
  WebhookAccount account;
  account.name = checks.UniqueName(at + ".name", block.name(), names);
  if (block.callback_token_files().empty()) {
    checks.Add(at + ".callback_token_files", "must hold at least one");
  }
  for (int i = 0; i < block.callback_token_files_size(); ++i) {
    const std::string field = absl::StrCat(at, ".callback_token_files[", i, "]");
    Secret token =
        checks.ReadSecret(field, block.callback_token_files(i), SecretForm::kHeaderValue);
    tokens.Check(field, token, checks);
    account.callback_tokens.push_back(std::move(token));
  }
  account.max_a_second = static_cast<int>(
      checks.Number(at + ".max_a_second", block.max_a_second(), {0, 1, 1'000'000}));
  return account;
}

std::vector<IpNetwork> CheckSourceNetworks(const v1::Webhook& block, FieldChecks& checks) {
  std::vector<IpNetwork> networks;
  for (int i = 0; i < block.source_networks_size(); ++i) {
    const auto network = IpNetwork::Parse(block.source_networks(i));
    if (network.has_value()) {
      networks.push_back(*network);
    } else {
      checks.Add(absl::StrCat("webhook.source_networks[", i, "]"),
                 "must be an address or a network without bits beyond its length, like "
                 "203.0.113.0/24 or 2001:db8::/32");
    }
  }
  if (!block.source_networks().empty() && absl::StartsWith(block.listen(), "unix:")) {
    checks.Add("webhook.source_networks", "is not for unix:/path, where nobody has an address");
  }
  return networks;
}

Webhook CheckWebhook(const v1::Webhook& block, FieldChecks& checks) {
  Webhook webhook;
  webhook.listener = CheckWebhookListener(block, checks);
  if (block.accounts().empty()) checks.Add("webhook.accounts", "must hold at least one");
  std::set<std::string> names;
  SeenSecrets tokens;
  for (int i = 0; i < block.accounts_size(); ++i) {
    webhook.accounts.push_back(CheckWebhookAccount(absl::StrCat("webhook.accounts[", i, "]"),
                                                   block.accounts(i), names, tokens, checks));
  }
  webhook.max_body_bytes =
      checks.Number("webhook.max_body_bytes", block.max_body_bytes(), {64 << 10, 1 << 10, 1 << 20});
  webhook.max_connections = static_cast<int>(
      checks.Number("webhook.max_connections", block.max_connections(), {1024, 1, 100'000}));
  webhook.max_connections_of_a_source = static_cast<int>(checks.Number(
      "webhook.max_connections_of_a_source", block.max_connections_of_a_source(), {0, 1, 100'000}));
  webhook.source_networks = CheckSourceNetworks(block, checks);
  webhook.max_a_second_of_a_source = static_cast<int>(checks.Number(
      "webhook.max_a_second_of_a_source", block.max_a_second_of_a_source(), {0, 1, 1'000'000}));
  webhook.max_waiting = static_cast<int>(
      checks.Number("webhook.max_waiting", block.max_waiting(), {4096, 1, 1'000'000}));
  return webhook;
}

std::vector<SealingKey> CheckSealingKeys(const v1::EventLog& block, FieldChecks& checks) {
  std::vector<SealingKey> keys;
  std::set<int> ids;
  if (block.sealing_keys().empty()) checks.Add("event_log.sealing_keys", "must hold at least one");
  for (int i = 0; i < block.sealing_keys_size(); ++i) {
    const std::string at = absl::StrCat("event_log.sealing_keys[", i, "]");
    SealingKey key;
    key.id = block.sealing_keys(i).id();
    if (key.id < 1 || key.id > 255) {
      checks.Add(at + ".id", "must be 1 to 255");
    } else if (!ids.insert(key.id).second) {
      checks.Add(at + ".id", "is there twice");
    }
    key.key = checks.ReadSecret(at + ".key_file", block.sealing_keys(i).key_file(),
                                SecretForm::k32BytesInBase64);
    keys.push_back(std::move(key));
  }
  return keys;
}

// Jakarta has had no other time since 1964, so it needs no table of the machine's.
absl::TimeZone CheckTimeZone(const std::string& name, FieldChecks& checks) {
  absl::TimeZone zone = absl::FixedTimeZone(7 * 60 * 60);
  if (name.empty() || name == "Asia/Jakarta") return zone;
  if (!absl::LoadTimeZone(name, &zone)) {
    checks.Add("event_log.usage_time_zone",
               "must be a time zone that this machine knows, like Asia/Makassar: is the package "
               "tzdata installed?");
  }
  return zone;
}

EventLog CheckEventLog(const v1::EventLog& block, FieldChecks& checks) {
  EventLog log;
  if (block.has_sqlite()) {
    log.sqlite_path = checks.Path("event_log.sqlite.path", block.sqlite().path());
    if (!block.sqlite().backup_folder().empty()) {
      log.backup_folder =
          checks.Path("event_log.sqlite.backup_folder", block.sqlite().backup_folder());
    }
  } else if (block.has_postgres()) {
    log.postgres = CheckPostgres(block.postgres(), checks);
  } else {
    checks.Add("event_log", "needs an engine: sqlite or postgres");
  }
  log.sealing_keys = CheckSealingKeys(block, checks);
  log.lookup_key = checks.ReadSecret("event_log.lookup_key_file", block.lookup_key_file(),
                                     SecretForm::k32BytesInBase64);
  log.retention_age = checks.Span("event_log.retention_age", block.has_retention_age(),
                                  block.retention_age(), {Days(90), absl::Minutes(1), kLongest});
  log.retention_count = checks.Number("event_log.retention_count", block.retention_count(),
                                      {10'000'000, 1000, int64_t{1} << 40});
  log.reference_retention_age =
      checks.Span("event_log.reference_retention_age", block.has_reference_retention_age(),
                  block.reference_retention_age(), {Days(400), absl::Minutes(1), kLongest});
  if (log.reference_retention_age < log.retention_age) {
    checks.Add("event_log.reference_retention_age",
               "must be at least retention_age: else revisions would restart");
  }
  log.quarantine_max_entries = static_cast<int>(checks.Number(
      "event_log.quarantine_max_entries", block.quarantine_max_entries(), {10'000, 1, 10'000'000}));
  log.quarantine_max_bytes =
      checks.Number("event_log.quarantine_max_bytes", block.quarantine_max_bytes(),
                    {64 << 20, 1 << 20, int64_t{1} << 40});
  log.audit_retention_age =
      checks.Span("event_log.audit_retention_age", block.has_audit_retention_age(),
                  block.audit_retention_age(), {Days(1825), Days(1), Days(7305)});
  log.usage_retention_age =
      checks.Span("event_log.usage_retention_age", block.has_usage_retention_age(),
                  block.usage_retention_age(), {Days(800), Days(40), Days(7305)});
  log.usage_time_zone = CheckTimeZone(block.usage_time_zone(), checks);
  log.quarantine_max_age =
      checks.Span("event_log.quarantine_max_age", block.has_quarantine_max_age(),
                  block.quarantine_max_age(), {Days(90), absl::Minutes(1), kLongest});
  log.request_id_retention =
      checks.Span("event_log.request_id_retention", block.has_request_id_retention(),
                  block.request_id_retention(), {Days(1), absl::Hours(1), Days(7)});
  return log;
}

// Which blocks go together.
void CheckRoles(const v1::Config& config, FieldChecks& checks) {
  if (!config.has_grpc() && !config.has_webhook() && !config.has_admin()) {
    checks.Add("config", "serves nothing: needs grpc, webhook or admin");
  }
  if (config.has_grpc() && !config.has_finpay() && !config.has_widekyc() &&
      !config.has_event_log()) {
    checks.Add("grpc", "needs finpay, widekyc or event_log");
  }
  if (config.has_webhook() && !config.has_event_log()) checks.Add("webhook", "needs event_log");
  if (config.event_log().has_sqlite() && config.has_grpc() != config.has_webhook()) {
    checks.Add("event_log.sqlite",
               absl::StrCat("sqlite serves one process: ", config.has_grpc()
                                                               ? "webhook is missing beside grpc"
                                                               : "grpc is missing beside webhook"));
  }
}

// What can never be kept would be answered 503 for ever.
void CheckQuarantineHolds(const Webhook& webhook, const EventLog& log, FieldChecks& checks) {
  const auto accounts = static_cast<int64_t>(webhook.accounts.size());
  if (log.quarantine_max_bytes < accounts * webhook.max_body_bytes) {
    checks.Add("event_log.quarantine_max_bytes",
               absl::StrCat("must be at least ", accounts * webhook.max_body_bytes,
                            ": webhook.max_body_bytes for each of its ", accounts, " accounts"));
  }
  if (log.quarantine_max_entries < accounts) {
    checks.Add("event_log.quarantine_max_entries",
               absl::StrCat("must be at least ", accounts, ": one for each of webhook's accounts"));
  }
}

std::string CheckLogLevel(const std::string& level, FieldChecks& checks) {
  if (level.empty()) return "info";
  if (level != "debug" && level != "info" && level != "warn" && level != "error") {
    checks.Add("log_level", "must be debug, info, warn or error");
  }
  return level;
}

LogFormat CheckLogFormat(const std::string& format, FieldChecks& checks) {
  if (format == "json") return LogFormat::kJson;
  if (!format.empty() && format != "text") checks.Add("log_format", "must be text or json");
  return LogFormat::kText;
}

Tracing CheckTracing(const v1::Tracing& block, FieldChecks& checks) {
  constexpr int64_t kAllPercent = 100;
  Tracing tracing;
  tracing.otlp_url = block.otlp_url();
  checks.AddIfAny("tracing.otlp_url", OpenUrlFault(block.otlp_url()));
  tracing.ca_file = checks.CertificateFile("tracing.ca_file", block.ca_file());
  const int64_t percent =
      checks.Number("tracing.sampled_percent", block.sampled_percent(), {0, 0, kAllPercent});
  tracing.sampled_share = static_cast<double>(percent) / kAllPercent;
  return tracing;
}

}  // namespace

absl::StatusOr<Settings> Validate(const v1::Config& config, const std::filesystem::path& folder,
                                  const ReadFile& read_file) {
  FieldChecks checks(folder, read_file);
  Settings settings;
  CheckRoles(config, checks);
  CheckListenersDiffer(config, checks);
  if (config.has_grpc()) settings.grpc = CheckGrpc(config.grpc(), checks);
  if (config.has_webhook()) settings.webhook = CheckWebhook(config.webhook(), checks);
  if (config.has_admin()) settings.admin = CheckAdmin(config.admin(), checks);
  if (config.has_finpay()) settings.finpay = CheckFinpay(config.finpay(), checks);
  if (config.has_widekyc()) settings.widekyc = CheckWideKyc(config.widekyc(), checks);
  if (config.has_event_log()) settings.event_log = CheckEventLog(config.event_log(), checks);
  if (settings.webhook.has_value() && settings.event_log.has_value()) {
    CheckQuarantineHolds(*settings.webhook, *settings.event_log, checks);
  }
  settings.callers = CheckCallers(config, settings.grpc, checks);
  CheckNoSampleSecrets(settings, checks);
  settings.drain_delay =
      checks.Span("drain_delay", config.has_drain_delay(), config.drain_delay(),
                  {absl::ZeroDuration(), absl::ZeroDuration(), absl::Minutes(5)});
  settings.drain_timeout =
      checks.Span("drain_timeout", config.has_drain_timeout(), config.drain_timeout(),
                  {absl::Seconds(25), absl::ZeroDuration(), absl::Minutes(5)});
  settings.log_level = CheckLogLevel(config.log_level(), checks);
  settings.log_format = CheckLogFormat(config.log_format(), checks);
  const int64_t lines =
      checks.Number("call_lines_per_second", config.call_lines_per_second(), {1000, -1, 1'000'000});
  settings.call_lines_per_second = std::max(lines, int64_t{0});
  if (config.has_tracing()) settings.tracing = CheckTracing(config.tracing(), checks);
  if (checks.faults().empty()) return settings;
  return absl::InvalidArgumentError(absl::StrJoin(checks.faults(), "\n"));
}

}  // namespace kyc::config
