#include "server/config/describe.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace kyc::config {
namespace {

template <typename Named>
std::string Names(const std::vector<Named>& all) {
  return absl::StrJoin(all, ", ", [](std::string* out, const Named& one) { *out += one.name; });
}

std::string UpstreamText(const Upstream& upstream) {
  return absl::StrCat("attempts of ", absl::FormatDuration(upstream.attempt_timeout), ", ",
                      upstream.slots, " slots per account, breaker ",
                      upstream.breaker.disabled ? "disabled" : "enabled");
}

std::string ListenerText(const Listener& listener) {
  return absl::StrCat(listener.address, listener.tls.has_value() ? " by TLS" : "",
                      listener.trusted ? " trusted" : "");
}

std::string ListenersText(const std::vector<Listener>& listeners) {
  return absl::StrJoin(listeners, ", ", [](std::string* out, const Listener& listener) {
    *out += ListenerText(listener);
  });
}

std::string KeyIds(const EventLog& log) {
  return absl::StrJoin(log.sealing_keys, ", ", [](std::string* out, const SealingKey& key) {
    absl::StrAppend(out, key.id);
  });
}

std::string PostgresText(const Postgres& postgres) {
  const std::string engine = absl::StrCat("postgres ", postgres.dsn, ", ");
  switch (postgres.durability) {
    case PostgresDurability::kStandbys:
      return absl::StrCat(engine, "proven on ", postgres.standbys, " of ",
                          absl::StrJoin(postgres.standby_names, " "));
    case PostgresDurability::kLocal:
      return absl::StrCat(engine, "LOCAL");
    case PostgresDurability::kEngine:
      break;
  }
  return absl::StrCat(engine, "ENGINE");
}

std::string EngineText(const EventLog& log) {
  if (log.postgres.has_value()) return PostgresText(*log.postgres);
  return absl::StrCat("sqlite ", log.sqlite_path);
}

std::string Days(absl::Duration age) {
  return absl::StrCat(absl::ToDoubleHours(age) / 24, " days");
}

}  // namespace

std::string Describe(const Settings& settings) {
  std::string text;
  if (settings.grpc) {
    absl::StrAppend(
        &text, "grpc: listens on ", ListenersText(settings.grpc->listeners), "; callers ",
        settings.callers.empty() ? "none: every call is refused" : Names(settings.callers), "\n");
  }
  if (settings.webhook) {
    absl::StrAppend(&text, "webhook: listens on ", ListenerText(settings.webhook->listener),
                    "; accounts ", Names(settings.webhook->accounts), "\n");
  }
  if (settings.admin) {
    absl::StrAppend(&text, "admin: listens on ", ListenerText(settings.admin->listener), "\n");
  }
  if (settings.finpay) {
    absl::StrAppend(&text, "finpay: ", settings.finpay->base_url, "; accounts ",
                    Names(settings.finpay->accounts), "; ", UpstreamText(settings.finpay->upstream),
                    "\n");
  }
  if (settings.widekyc) {
    absl::StrAppend(&text, "widekyc: ", settings.widekyc->server_url, "; accounts ",
                    Names(settings.widekyc->accounts), "; ",
                    UpstreamText(settings.widekyc->upstream), "\n");
  }
  if (settings.event_log) {
    absl::StrAppend(&text, "event_log: ", EngineText(*settings.event_log), "; sealing keys ",
                    KeyIds(*settings.event_log), "; keeps ",
                    Days(settings.event_log->retention_age), " and ",
                    settings.event_log->retention_count, " events\n");
  }
  absl::StrAppend(&text, "drain: after ", absl::FormatDuration(settings.drain_delay), ", within ",
                  absl::FormatDuration(settings.drain_timeout), "; log level ", settings.log_level,
                  "\n");
  return text;
}

}  // namespace kyc::config
