// What the rooms report about themselves. admin/ implements it with Prometheus.
#ifndef SERVER_CALL_METRICS_H_
#define SERVER_CALL_METRICS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace kyc {

// Thread-safe. Owned by the gateway, outlives every room. No argument may ever hold an identifier
// of a person, a reference or a secret: all become metric labels.
class Metrics {
 public:
  virtual ~Metrics() = default;

  // An rpc ended. `method` is "package.Service/Method"; `reason` is ErrorInfo.reason or "".
  virtual void CallEnded(absl::string_view method, absl::StatusCode code, absl::string_view reason,
                         absl::Duration took) = 0;
  // A call with a `request_id` was answered, and by what: "sent", "waited", "replayed",
  // "in_progress", "unknown", "reused", "not_claimed", "left".
  virtual void KeyedCallAnswered(absl::string_view /*method*/, absl::string_view /*by*/) {}
  // Calls and streams open now; request bytes held now.
  virtual void CallsOpen(int64_t calls, int64_t streams, int64_t request_bytes) = 0;

  // No traffic should come any more: a drain has begun.
  virtual void Draining() {}

  // One attempt at an upstream ended. `result` is the HTTP status, or a failure's name.
  virtual void AttemptEnded(absl::string_view upstream, absl::string_view account,
                            absl::string_view result, absl::Duration took) = 0;
  // An attempt that surely had not reached the upstream is made again.
  virtual void Retried(absl::string_view upstream, absl::string_view account) = 0;
  // Slots in use and calls waiting for one.
  virtual void Slots(absl::string_view upstream, absl::string_view account, int64_t used,
                     int64_t waiting) = 0;
  // `state` is "closed", "open" or "half_open".
  virtual void BreakerChanged(absl::string_view upstream, absl::string_view account,
                              absl::string_view state) = 0;
  // Spans ended that were to be told to the collector.
  virtual void SpansEnded(int64_t /*spans*/, bool /*sent*/) {}
  // A call was refused because its caller may make no more: `limit` is "calls_per_second" or
  // "calls_per_day".
  virtual void CallOverQuota(absl::string_view /*caller*/, absl::string_view /*limit*/) {}
  // How much a caller has used of a limit of the day; `method` is empty where it is of all.
  virtual void CallerDayQuotaUsed(absl::string_view /*caller*/, absl::string_view /*method*/,
                                  double /*ratio*/) {}
  // Since when an upstream has said that an account's quota is used up; the epoch: it is not.
  virtual void UpstreamQuotaExceeded(absl::string_view /*upstream*/, absl::string_view /*account*/,
                                     absl::Time /*since*/) {}
  // A reply or notification was looser than its document, in a way that was accepted.
  virtual void Deviation(absl::string_view upstream, absl::string_view kind) = 0;

  // What became of a connection that came. `listener` is "grpc", "webhook" or "admin"; `result`
  // "served", or why it was not: "full", "source_full", "line_full", "no_descriptor",
  // "no_handshake", "gone".
  virtual void ConnectionCame(absl::string_view /*listener*/, absl::string_view /*result*/) {}
  // Connections open now; those among them that wait to be begun with.
  virtual void ConnectionsOpen(absl::string_view /*listener*/, int64_t /*open*/,
                               int64_t /*waiting*/) {}
  // Connections were ended for what their callers sent: "header_block", "control_frames", "work",
  // "source", "crowd", "not_http2".
  virtual void ConnectionsCut(absl::string_view /*why*/, int64_t /*connections*/) {}

  // Whether a new connection of our own was served at a gRPC listener, named as in the
  // configuration.
  virtual void ListenerAnswered(absl::string_view /*listener*/, bool /*answered*/) {}

  // A webhook request was answered. `code` is the SNAP responseCode.
  virtual void NotificationAnswered(absl::string_view code, absl::Duration took) = 0;
  // A batch of notifications was committed: events appended, repeats found.
  virtual void Committed(int64_t appended, int64_t repeats, absl::Duration took) = 0;
  // A batch could not be committed: nothing in it was acknowledged.
  virtual void CommitFailed() = 0;
  // Whether the event log can be written, each time that changes.
  virtual void LogWritable(bool writable) = 0;
  // Whether what is seen and done can be noted in the audit log, each time that changes.
  virtual void AuditWritable(bool /*writable*/) {}
  // Rows that an older key had sealed were sealed again.
  virtual void Resealed(int64_t /*rows*/) {}
  // How many rows are still to be looked at until that is done; 0 once no older key seals anything.
  virtual void ResealLeft(int64_t /*rows*/) {}
  // Retention removed events, because of their `why`: "age" or "count".
  virtual void EventsRemoved(int64_t /*events*/, absl::string_view /*why*/) {}
  // References whose events had all been removed are no longer remembered.
  virtual void ReferencesForgotten(int64_t /*references*/) {}
  // So many events would be removed far sooner than usual, and wait; 0 once they no longer do.
  virtual void RetentionWaits(int64_t /*events*/) {}
  // By how much the wall clock is ahead of the time that is believed.
  virtual void ClockDisagrees(absl::Duration /*ahead*/) {}
  // The write-ahead log was moved into the event log's file; `vain`: not all, as somebody reads.
  virtual void Checkpointed(bool /*vain*/) {}
  // What the event log's write-ahead log holds.
  virtual void WriteAheadLogBytes(int64_t /*bytes*/) {}
  // The event log was found to be damaged; stays so until a restart.
  virtual void LogDamaged() {}
  // Over PostgreSQL: whether the server that takes writes lacks events that this process has seen
  // proven, each time that changes.
  virtual void LogHistoryLost(bool /*lost*/) {}
  // Over PostgreSQL: how many of its servers take writes; more than one is a mistake.
  virtual void LogPrimaries(int64_t /*count*/) {}
  // Over PostgreSQL: everything up to this event is proven, where its log then was. The only way to
  // know whether a server that may be promoted is far enough.
  virtual void LogProven(int64_t /*sequence*/, int64_t /*lsn*/, int64_t /*timeline*/) {}
  // Over PostgreSQL: a commit whose end was not seen was found to have been made, or not.
  virtual void UnknownCommitFoundOut(bool /*committed*/) {}
  // A configuration that changed while running was read: its callers and accounts' secrets were
  // taken over, or nothing was.
  virtual void ConfigReloaded(bool /*taken*/) {}
  // A call's caller was unknown or not allowed; `why` is one of few words.
  virtual void CallNotLetIn(absl::string_view /*why*/) {}
  // Likewise of a request to the webhook or the operators' listener; or it was one too many.
  virtual void RequestNotLetIn(absl::string_view /*listener*/, absl::string_view /*why*/) {}
  // How long the certificate of a listener, named as in the configuration, is still valid.
  virtual void CertificateLeft(absl::string_view /*listener*/, absl::Duration /*left*/) {}
  // Its files changed: a new pair was taken over, or could not be used.
  virtual void CertificateReloaded(absl::string_view /*listener*/, bool /*taken*/) {}
  // A body was put into quarantine, or refused because that is full.
  virtual void Quarantined(bool kept) = 0;
  // How much of its share of the quarantine the fullest account uses, each time that changes.
  virtual void QuarantineUsed(double /*ratio*/) {}
  // Entries of the quarantine were removed because of their age.
  virtual void QuarantineAged(int64_t /*entries*/) {}
  // An upstream's reply that could not be read was kept for the operator, or not.
  virtual void ReplyKept(absl::string_view /*upstream*/, bool /*kept*/) {}
  // Events were written to streams.
  virtual void Delivered(int64_t events) = 0;
};

}  // namespace kyc

#endif  // SERVER_CALL_METRICS_H_
