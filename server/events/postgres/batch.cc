#include "server/events/postgres/batch.h"

#include <algorithm>

#include "absl/container/btree_map.h"
#include "absl/types/optional.h"
#include "server/crypto/mac.h"
#include "server/events/log_keys.h"

namespace kyc::events::postgres {
namespace {

using ByteArray = std::vector<absl::optional<absl::string_view>>;

constexpr int64_t kRedelivery = int64_t{1} << ::netzme::v1::ANOMALY_POSSIBLE_REDELIVERY;

ReferenceKey KeyOf(const PreparedEvent& event) {
  return {event.digests.reference, event.digests.account};
}

absl::optional<ReferenceState> StateOf(const References& references, const ReferenceKey& key) {
  const auto at = references.find(key);
  if (at == references.end()) return absl::nullopt;
  return at->second;
}

template <typename Get>
ByteArray BytesOf(const Plan& plan, Get get) {
  ByteArray bytes;
  for (const PlannedRow& row : plan.rows) bytes.push_back(get(row));
  return bytes;
}

template <typename Get>
Value Numbers(const Plan& plan, Get get) {
  std::vector<int64_t> numbers;
  for (const PlannedRow& row : plan.rows) numbers.push_back(get(row));
  return Value::Integers(numbers);
}

}  // namespace

PreparedEvent Prepare(const ::netzme::v1::UpgradeEvent& notification, const LogIdentity& log) {
  PreparedEvent event;
  event.event_id = crypto::RandomBytes(kEventIdBytes);
  event.digests = DigestsOf(notification, log.keys);
  event.sealed = SealEvent(notification, event.event_id, log);
  event.anomalies = AnomalyBits(notification);
  event.status = notification.status();
  return event;
}

Contents OlderContentsToLookUp(const std::vector<PreparedEvent>& events,
                               const References& references) {
  Contents contents;
  for (const PreparedEvent& event : events) {
    const absl::optional<ReferenceState> state = StateOf(references, KeyOf(event));
    if (events::Judge(state, event.digests.content).has_older) {
      contents.emplace(KeyOf(event), event.digests.content);
    }
  }
  return contents;
}

Plan Judge(const std::vector<PreparedEvent>& events, const Place& head,
           const References& references, const Contents& older, absl::Time now) {
  Plan plan;
  plan.newest = head;
  References latest = references;
  Contents seen = older;
  for (const PreparedEvent& event : events) {
    const ReferenceKey key = KeyOf(event);
    const absl::optional<ReferenceState> state = StateOf(latest, key);
    const Verdict verdict = events::Judge(state, event.digests.content);
    if (verdict.repeat) {
      plan.answers.push_back({state->sequence, verdict.revision, true});
      ++plan.repeats;
      continue;
    }
    const bool redelivered = verdict.has_older && seen.contains({key, event.digests.content});
    Place place;
    place.sequence = plan.newest.sequence + 1;
    place.received_time_us = std::max(absl::ToUnixMicros(now), plan.newest.received_time_us);
    place.chain = NextChain(plan.newest.chain, place.sequence, event.event_id,
                            place.received_time_us, event.digests.content);
    plan.newest = place;
    if (state.has_value()) seen.emplace(key, state->content_digest);
    latest[key] = {place.sequence, verdict.revision, event.status, event.digests.content,
                   verdict.restricted};
    plan.answers.push_back({place.sequence, verdict.revision, false});
    plan.rows.push_back({&event, place, verdict.revision, verdict.previous_status,
                         event.anomalies | (redelivered ? kRedelivery : 0), verdict.restricted});
  }
  return plan;
}

std::vector<Value> EventValues(const Plan& plan) {
  const auto bytes = [&](auto get) { return Value::ByteArrays(BytesOf(plan, get)); };
  const auto numbers = [&](auto get) { return Numbers(plan, get); };
  using Row = const PlannedRow&;
  using Optional = absl::optional<absl::string_view>;
  return {
      numbers([](Row row) { return row.place.sequence; }),
      bytes([](Row row) -> Optional { return row.event->event_id; }),
      numbers([](Row row) { return row.place.received_time_us; }),
      numbers([](Row row) { return row.revision; }),
      numbers([](Row row) { return static_cast<int64_t>(row.previous_status); }),
      numbers([](Row row) { return static_cast<int64_t>(row.event->status); }),
      numbers([](Row row) { return row.anomalies; }),
      bytes([](Row row) -> Optional { return row.event->digests.type; }),
      bytes([](Row row) -> Optional { return row.event->digests.account; }),
      bytes([](Row row) -> Optional { return row.event->digests.reference; }),
      bytes([](Row row) -> Optional {
        if (row.event->digests.cust_id.empty()) return absl::nullopt;
        return row.event->digests.cust_id;
      }),
      bytes([](Row row) -> Optional { return row.event->digests.content; }),
      bytes([](Row row) -> Optional { return row.place.chain; }),
      bytes([](Row row) -> Optional { return row.event->sealed.fields; }),
      bytes([](Row row) -> Optional { return row.event->sealed.raw_body; }),
      numbers([](Row row) { return int64_t{row.restricted}; }),
  };
}

std::vector<Value> ReferenceValues(const Plan& plan) {
  // One statement may not touch a row twice.
  absl::btree_map<ReferenceKey, PlannedRow> last;
  for (const PlannedRow& row : plan.rows) last.insert_or_assign(KeyOf(*row.event), row);
  Plan once;
  for (const auto& [key, row] : last) once.rows.push_back(row);
  const auto bytes = [&](auto get) { return Value::ByteArrays(BytesOf(once, get)); };
  const auto numbers = [&](auto get) { return Numbers(once, get); };
  using Row = const PlannedRow&;
  using Optional = absl::optional<absl::string_view>;
  return {
      bytes([](Row row) -> Optional { return row.event->digests.reference; }),
      bytes([](Row row) -> Optional { return row.event->digests.account; }),
      numbers([](Row row) { return row.place.sequence; }),
      numbers([](Row row) { return row.revision; }),
      numbers([](Row row) { return static_cast<int64_t>(row.event->status); }),
      bytes([](Row row) -> Optional { return row.event->digests.content; }),
      numbers([](Row row) { return row.place.received_time_us; }),
  };
}

}  // namespace kyc::events::postgres
