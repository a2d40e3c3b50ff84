#include "server/admin/prometheus_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <initializer_list>
#include <shared_mutex>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "server/admin/process_metrics.h"
#include "tools/version/version.h"

namespace kyc::admin {
namespace {

using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::Registry;

const Histogram::BucketBoundaries kSeconds = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60};

// The metrics of one family, found by their label values without the family's own lock and map of
// maps: this stands in the way of every call.
template <typename Metric>
class ByLabels {
 public:
  ByLabels(prometheus::Family<Metric>& family, std::vector<std::string> names)
      : family_(family), names_(std::move(names)) {}

  template <typename... Argument>
  Metric& At(std::initializer_list<absl::string_view> values, const Argument&... argument) {
    absl::InlinedVector<char, 256> joined;
    for (absl::string_view value : values) {
      joined.insert(joined.end(), value.begin(), value.end());
      joined.push_back('\n');
    }
    const absl::string_view key(joined.data(), joined.size());
    {
      const std::shared_lock lock(mutex_);
      const auto at = metrics_.find(key);
      if (at != metrics_.end()) return *at->second;
    }
    prometheus::Labels labels;
    auto value = values.begin();
    for (const std::string& name : names_) labels[name] = std::string(*value++);
    const std::unique_lock lock(mutex_);
    return *(metrics_[key] = &family_.Add(labels, argument...));
  }

 private:
  prometheus::Family<Metric>& family_;
  const std::vector<std::string> names_;
  std::shared_mutex mutex_;
  absl::flat_hash_map<std::string, Metric*> metrics_;  // Guarded by mutex_.
};

class Prometheus : public PrometheusMetrics {
 public:
  Prometheus() {
    Gauges("kyc_build_info", "1, for the version and commit of this program.")
        .Add({{"version", kVersionNumber}, {"commit", kCommit}})
        .Set(1);
  }

  std::string Text() const override {
    std::vector<prometheus::MetricFamily> all = registry_.Collect();
    for (prometheus::MetricFamily& family : ProcessMetrics()) all.push_back(std::move(family));
    return prometheus::TextSerializer().Serialize(all);
  }

  void CallEnded(absl::string_view method, absl::StatusCode code, absl::string_view reason,
                 absl::Duration took) override {
    calls_.At({method, absl::StatusCodeToString(code), reason}).Increment();
    call_seconds_.At({method}, kSeconds).Observe(absl::ToDoubleSeconds(took));
  }
  void KeyedCallAnswered(absl::string_view method, absl::string_view by) override {
    keyed_calls_.At({method, by}).Increment();
  }
  void CallsOpen(int64_t calls, int64_t streams, int64_t request_bytes) override {
    calls_open_.Set(static_cast<double>(calls));
    streams_open_.Set(static_cast<double>(streams));
    request_bytes_.Set(static_cast<double>(request_bytes));
  }
  void Draining() override { draining_.Set(1); }
  void ConnectionCame(absl::string_view listener, absl::string_view result) override {
    connections_.At({listener, result}).Increment();
  }
  void ConnectionsOpen(absl::string_view listener, int64_t open, int64_t waiting) override {
    connections_open_.At({listener, "open"}).Set(static_cast<double>(open - waiting));
    connections_open_.At({listener, "waiting"}).Set(static_cast<double>(waiting));
  }
  void ConnectionsCut(absl::string_view why, int64_t connections) override {
    connections_cut_.At({why}).Increment(static_cast<double>(connections));
  }
  void ListenerAnswered(absl::string_view listener, bool answered) override {
    listener_answers_.At({listener}).Set(answered ? 1 : 0);
  }
  void AttemptEnded(absl::string_view upstream, absl::string_view account, absl::string_view result,
                    absl::Duration took) override {
    attempts_.At({upstream, account, result}).Increment();
    attempt_seconds_.At({upstream, account}, kSeconds).Observe(absl::ToDoubleSeconds(took));
  }
  void Retried(absl::string_view upstream, absl::string_view account) override {
    retries_.At({upstream, account}).Increment();
  }
  void Slots(absl::string_view upstream, absl::string_view account, int64_t used,
             int64_t waiting) override {
    slots_.At({upstream, account, "used"}).Set(static_cast<double>(used));
    slots_.At({upstream, account, "waiting"}).Set(static_cast<double>(waiting));
  }
  void BreakerChanged(absl::string_view upstream, absl::string_view account,
                      absl::string_view state) override {
    for (absl::string_view each : {"closed", "open", "half_open"}) {
      breakers_.At({upstream, account, each}).Set(each == state ? 1 : 0);
    }
  }
  void SpansEnded(int64_t spans, bool sent) override {
    spans_.At({sent ? "sent" : "lost"}).Increment(static_cast<double>(spans));
  }
  void CallOverQuota(absl::string_view caller, absl::string_view limit) override {
    calls_over_quota_.At({caller, limit}).Increment();
  }
  void CallerDayQuotaUsed(absl::string_view caller, absl::string_view method,
                          double ratio) override {
    day_quota_used_.At({caller, method}).Set(ratio);
  }
  void UpstreamQuotaExceeded(absl::string_view upstream, absl::string_view account,
                             absl::Time since) override {
    quota_exceeded_since_.At({upstream, account})
        .Set(static_cast<double>(absl::ToUnixSeconds(since)));
  }
  void Deviation(absl::string_view upstream, absl::string_view kind) override {
    deviations_.At({upstream, kind}).Increment();
  }
  void NotificationAnswered(absl::string_view code, absl::Duration took) override {
    notifications_.At({code}).Increment();
    notification_seconds_.Observe(absl::ToDoubleSeconds(took));
  }
  void Committed(int64_t appended, int64_t repeats, absl::Duration took) override {
    appended_.Increment(static_cast<double>(appended));
    repeats_.Increment(static_cast<double>(repeats));
    commit_seconds_.Observe(absl::ToDoubleSeconds(took));
  }
  void CommitFailed() override { commits_failed_.Increment(); }
  void LogWritable(bool writable) override { log_writable_.Set(writable ? 1 : 0); }
  void AuditWritable(bool writable) override { audit_writable_.At({}).Set(writable ? 1 : 0); }
  void Resealed(int64_t rows) override { resealed_.Increment(static_cast<double>(rows)); }
  void ResealLeft(int64_t rows) override { reseal_left_.Set(static_cast<double>(rows)); }
  void EventsRemoved(int64_t events, absl::string_view why) override {
    events_removed_.At({why}).Increment(static_cast<double>(events));
  }
  void ReferencesForgotten(int64_t references) override {
    references_forgotten_.Increment(static_cast<double>(references));
  }
  void RetentionWaits(int64_t events) override {
    retention_waiting_.Set(static_cast<double>(events));
  }
  void ClockDisagrees(absl::Duration ahead) override {
    clock_disagreement_.Set(absl::ToDoubleSeconds(ahead));
  }
  void WriteAheadLogBytes(int64_t bytes) override {
    write_ahead_log_bytes_.Set(static_cast<double>(bytes));
  }
  void Checkpointed(bool vain) override { checkpoints_.At({vain ? "vain" : "whole"}).Increment(); }
  void CallNotLetIn(absl::string_view why) override { calls_not_let_in_.At({why}).Increment(); }
  void RequestNotLetIn(absl::string_view listener, absl::string_view why) override {
    requests_not_let_in_.At({listener, why}).Increment();
  }
  void CertificateLeft(absl::string_view listener, absl::Duration left) override {
    certificate_left_.At({listener}).Set(absl::ToDoubleSeconds(left));
    for (absl::string_view result : {"ok", "failed"}) certificate_reloads_.At({listener, result});
  }
  void CertificateReloaded(absl::string_view listener, bool taken) override {
    certificate_reloads_.At({listener, taken ? "ok" : "failed"}).Increment();
  }
  void LogDamaged() override { log_damaged_.Set(1); }
  void LogHistoryLost(bool lost) override { log_history_lost_.At({}).Set(lost ? 1 : 0); }
  void LogPrimaries(int64_t count) override {
    log_primaries_.At({}).Set(static_cast<double>(count));
    log_history_lost_.At({});  // Is 0 until it is told otherwise.
  }
  void LogProven(int64_t sequence, int64_t lsn, int64_t timeline) override {
    log_proven_sequence_.At({}).Set(static_cast<double>(sequence));
    log_proven_lsn_.At({}).Set(static_cast<double>(lsn));
    log_timeline_.At({}).Set(static_cast<double>(timeline));
  }
  void UnknownCommitFoundOut(bool committed) override {
    commits_in_doubt_.At({committed ? "true" : "false"}).Increment();
  }
  void ConfigReloaded(bool taken) override {
    (taken ? config_reloads_ok_ : config_reloads_failed_).Increment();
  }
  void Quarantined(bool kept) override { quarantined_.At({kept ? "true" : "false"}).Increment(); }
  void QuarantineUsed(double ratio) override { quarantine_used_.Set(ratio); }
  void QuarantineAged(int64_t entries) override {
    quarantine_aged_.Increment(static_cast<double>(entries));
  }
  void ReplyKept(absl::string_view upstream, bool kept) override {
    replies_kept_.At({upstream, kept ? "true" : "false"}).Increment();
  }
  void Delivered(int64_t events) override { delivered_.Increment(static_cast<double>(events)); }

 private:
  prometheus::Family<Counter>& Counters(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry_);
  }
  prometheus::Family<Gauge>& Gauges(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry_);
  }
  prometheus::Family<Histogram>& Histograms(const char* name, const char* help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry_);
  }

  Registry registry_;

  ByLabels<Counter> calls_{
      Counters("kyc_calls_total", "gRPC calls that ended, by status code and ErrorInfo reason."),
      {"method", "code", "reason"}};
  ByLabels<Histogram> call_seconds_{
      Histograms("kyc_call_seconds", "From a gRPC call's arrival to its end."), {"method"}};
  ByLabels<Counter> keyed_calls_{
      Counters(
          "kyc_keyed_calls_total",
          "Calls with a request_id, by what answered: their own call (sent), one that ran when "
          "they came (waited), one that had ended (replayed), that it runs still "
          "(in_progress), that nobody knows its outcome (unknown), that its key is another "
          "call's (reused), that it could not be claimed (not_claimed), nothing as the caller "
          "did not wait (left)."),
      {"method", "by"}};
  Gauge& calls_open_ = Gauges("kyc_calls_open", "gRPC calls and streams open now.").Add({});
  Gauge& streams_open_ =
      Gauges(
          "kyc_streams_open",
          "WatchUpgrades streams open now; those of health and reflection are in kyc_calls_open.")
          .Add({});
  Gauge& draining_ =
      Gauges("kyc_draining", "1 once the process was told to end: no traffic should come.").Add({});
  Gauge& request_bytes_ =
      Gauges("kyc_request_bytes_in_flight",
             "Bytes of requests that are here now; messages that are still arriving are not in it.")
          .Add({});

  ByLabels<Counter> connections_{
      Counters("kyc_connections_total",
               "Connections that came: served, or closed at once because there were too many "
               "(full), too many of their address (source_full) or waiting of it (line_full), no "
               "descriptor was left (no_descriptor), no TLS was agreed on (no_handshake), or gone "
               "before their turn."),
      {"listener", "result"}};
  ByLabels<Gauge> connections_open_{
      Gauges("kyc_connections_open", "Connections open now, or waiting to be begun with."),
      {"listener", "state"}};
  ByLabels<Counter> connections_cut_{
      Counters(
          "kyc_connections_cut_total",
          "gRPC connections ended for what was sent: a header block too long (header_block), "
          "too many resets, settings or pings (control_frames), too much of all (work), too "
          "much by all connections of its source (source), by all, and by its source more than "
          "others' (crowd), no HTTP/2 (not_http2)."),
      {"why"}};

  ByLabels<Gauge> listener_answers_{
      Gauges(
          "kyc_listener_answers",
          "1 where the gateway's own last new connection to a gRPC listener was served, else 0."),
      {"listener"}};

  ByLabels<Counter> attempts_{
      Counters("kyc_upstream_attempts_total", "Attempts at an upstream, by HTTP status or fault."),
      {"upstream", "account", "result"}};
  ByLabels<Histogram> attempt_seconds_{
      Histograms("kyc_upstream_attempt_seconds", "Duration of one attempt at an upstream."),
      {"upstream", "account"}};
  ByLabels<Counter> retries_{
      Counters("kyc_upstream_retries_total", "Attempts repeated because nothing was delivered."),
      {"upstream", "account"}};
  ByLabels<Counter> spans_{
      Counters("kyc_spans_total", "Spans for the collector of traces: sent, or lost."), {"result"}};
  ByLabels<Gauge> slots_{Gauges("kyc_upstream_slots", "Calls that hold a slot or wait for one."),
                         {"upstream", "account", "state"}};
  ByLabels<Gauge> breakers_{
      Gauges("kyc_upstream_breaker", "1 for the breaker's state: closed, open or half_open."),
      {"upstream", "account", "state"}};
  ByLabels<Counter> calls_over_quota_{
      Counters("kyc_calls_over_quota_total",
               "Calls refused because their caller may make no more, by the limit that it has."),
      {"caller", "limit"}};
  ByLabels<Gauge> day_quota_used_{
      Gauges("kyc_caller_day_quota_used_ratio",
             "How much a caller has used of its calls_per_day: 1 when no more are sent. Without a "
             "method: of all its calls."),
      {"caller", "method"}};
  ByLabels<Gauge> quota_exceeded_since_{
      Gauges("kyc_upstream_quota_exceeded_timestamp_seconds",
             "Since when, in Unix time, an upstream has answered that an account's quota is used "
             "up; 0 once a call has succeeded."),
      {"upstream", "account"}};
  ByLabels<Counter> deviations_{
      Counters("kyc_deviations_total", "Messages looser than their document that were accepted."),
      {"upstream", "kind"}};

  ByLabels<Counter> notifications_{
      Counters("kyc_notifications_total", "Webhook requests answered, by SNAP responseCode."),
      {"code"}};
  Histogram& notification_seconds_ =
      Histograms("kyc_notification_seconds", "From a webhook request's arrival to its answer.")
          .Add({}, kSeconds);
  Counter& appended_ =
      Counters("kyc_events_appended_total", "Events committed to the log.").Add({});
  Counter& repeats_ =
      Counters("kyc_notification_repeats_total", "Notifications the log already had.").Add({});
  Histogram& commit_seconds_ =
      Histograms("kyc_commit_seconds", "Duration of one commit of the log.").Add({}, kSeconds);
  Counter& commits_failed_ =
      Counters("kyc_commits_failed_total", "Batches that could not be committed to the log.")
          .Add({});
  Gauge& log_writable_ =
      Gauges("kyc_event_log_writable", "1 while the event log can be written, 0 in a fault.")
          .Add({});
  // There in a process with an event log only.
  ByLabels<Gauge> audit_writable_{
      Gauges("kyc_audit_log_writable",
             "1 while what is seen and done can be noted in the audit log, 0 while it is refused "
             "because it cannot."),
      {}};
  Counter& resealed_ =
      Counters("kyc_resealed_rows_total",
               "Rows that an older sealing key had sealed, sealed again under the first one.")
          .Add({});
  Gauge& reseal_left_ =
      Gauges("kyc_reseal_left_rows",
             "About how many rows are still to be looked at until older sealing keys are refused; "
             "0 once they are, or there is none.")
          .Add({});
  ByLabels<Counter> events_removed_{
      Counters("kyc_events_removed_total", "Events that retention removed: by age or by count."),
      {"why"}};
  Counter& references_forgotten_ =
      Counters("kyc_references_forgotten_total",
               "References that are no longer remembered, long after their last event.")
          .Add({});
  Gauge& retention_waiting_ =
      Gauges("kyc_retention_waiting_events",
             "Events that are due by a clock that jumped, and wait for it or for ReleaseRetention.")
          .Add({});
  Gauge& clock_disagreement_ =
      Gauges("kyc_clock_disagreement_seconds",
             "By how much the wall clock is ahead of the time that events are labelled with.")
          .Add({});
  Gauge& write_ahead_log_bytes_ =
      Gauges("kyc_event_log_wal_bytes", "What the event log's write-ahead log holds.").Add({});
  ByLabels<Counter> checkpoints_{
      Counters("kyc_event_log_checkpoints_total",
               "Times the write-ahead log was moved into the file: all of it (whole), or not, "
               "because somebody was reading (vain)."),
      {"result"}};
  Gauge& log_damaged_ =
      Gauges("kyc_event_log_damaged", "1 once the event log was found to be damaged.").Add({});
  // There once PostgreSQL tells them: elsewhere, 0 servers that take writes would be an alarm.
  ByLabels<Gauge> log_history_lost_{
      Gauges(
          "kyc_event_log_history_lost",
          "Over PostgreSQL: 1 while the server that takes writes lacks events that were proven."),
      {}};
  ByLabels<Gauge> log_primaries_{
      Gauges("kyc_event_log_primaries",
             "Over PostgreSQL: servers that take writes; more than 1 is a mistake."),
      {}};
  ByLabels<Gauge> log_proven_sequence_{
      Gauges("kyc_event_log_proven_sequence", "Over PostgreSQL: the newest event that is proven."),
      {}};
  ByLabels<Gauge> log_proven_lsn_{
      Gauges("kyc_event_log_proven_lsn",
             "Over PostgreSQL: a standby may be promoted if it is as far as this, in bytes."),
      {}};
  ByLabels<Gauge> log_timeline_{
      Gauges("kyc_event_log_timeline", "Over PostgreSQL: the timeline of what is proven."), {}};
  ByLabels<Counter> commits_in_doubt_{
      Counters("kyc_commits_in_doubt_total",
               "Over PostgreSQL: commits whose end was not seen, by whether they had been made."),
      {"made"}};
  prometheus::Family<Counter>& config_reloads_ =
      Counters("kyc_config_reloads_total",
               "Changed configurations read while running: taken over (ok), or not (failed).");
  // Both are there from the start, so that the first failure is an increase.
  Counter& config_reloads_ok_ = config_reloads_.Add({{"result", "ok"}});
  Counter& config_reloads_failed_ = config_reloads_.Add({{"result", "failed"}});
  ByLabels<Counter> calls_not_let_in_{
      Counters("kyc_calls_not_let_in_total",
               "Calls whose caller was unknown or not allowed, by what was wrong."),
      {"why"}};
  ByLabels<Counter> requests_not_let_in_{
      Counters(
          "kyc_requests_not_let_in_total",
          "Requests to the webhook and the operators' listener of whom is unknown, not allowed "
          "or too fast, by what was wrong."),
      {"listener", "why"}};
  ByLabels<Gauge> certificate_left_{
      Gauges("kyc_certificate_left_seconds",
             "How long the certificate that new connections get is still valid."),
      {"listener"}};
  ByLabels<Counter> certificate_reloads_{
      Counters("kyc_certificate_reloads_total",
               "Changed TLS files: taken over (ok), or not usable (failed)."),
      {"listener", "result"}};
  ByLabels<Counter> quarantined_{
      Counters("kyc_quarantined_total",
               "Unreadable notifications, kept or not because it is full."),
      {"kept"}};
  Gauge& quarantine_used_ =
      Gauges("kyc_quarantine_used_ratio",
             "How much of its share of the quarantine the fullest account uses: 1 when it is full.")
          .Add({});
  Counter& quarantine_aged_ = Counters("kyc_quarantine_aged_total",
                                       "Entries of the quarantine removed because of their age.")
                                  .Add({});
  ByLabels<Counter> replies_kept_{
      Counters("kyc_unreadable_replies_total",
               "Upstreams' replies that could not be read, kept for the operator or not."),
      {"upstream", "kept"}};
  Counter& delivered_ =
      Counters("kyc_events_delivered_total", "Events written to streams.").Add({});
};

}  // namespace

std::unique_ptr<PrometheusMetrics> MakePrometheusMetrics(DebugLines lines) {
  return std::make_unique<WithDebugLines<Prometheus>>(std::move(lines));
}

}  // namespace kyc::admin
