// What the log computes under its look-up key, one subkey per use, and the hash chain.
#ifndef SERVER_EVENTS_LOG_KEYS_H_
#define SERVER_EVENTS_LOG_KEYS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/message_lite.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "server/call/secret.h"
#include "server/events/call_keys.h"

namespace kyc::events {

// Subkeys of the look-up key, so that no digest of one use can stand for one of another. The
// look-up key can never change: the rows hold digests under it.
struct LogKeys {
  explicit LogKeys(const Secret& lookup_key);

  Secret reference;
  Secret account;
  Secret cust_id;
  Secret type;
  Secret content;
  Secret body;
  Secret cursor;
  Secret signature;
  CallKeySecrets call;
  Secret audit;
  Secret check;  // Its digest of the log id shows that the key is the file's.
};

// A message as bytes that are the same in every build: digests of them are stored.
std::string StableBytes(const google::protobuf::MessageLite& message);

inline constexpr size_t kLookupDigestBytes = 16;
// So many bytes under which a value is found without being stored.
std::string LookupDigest(const Secret& key, absl::string_view value);

// 16 bytes that are equal for notifications of equal content: all fields that came from Netzme, but
// not how the body wrote them, nor the account. Where a field was left out as too long or
// unreadable the fields do not tell all, and the body counts too.
std::string ContentDigest(const Secret& key, const ::netzme::v1::UpgradeEvent& notification);

// The 32 bytes that stand for an event and all before it. `previous` is the chain of the event
// before, empty for the first.
std::string NextChain(absl::string_view previous, int64_t sequence, absl::string_view event_id,
                      int64_t received_time_us, absl::string_view content_digest);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_LOG_KEYS_H_
