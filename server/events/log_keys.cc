#include "server/events/log_keys.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "server/crypto/mac.h"
#include "server/events/big_endian.h"

namespace kyc::events {
namespace {

using ::netzme::v1::UpgradeEvent;

Secret Subkey(const Secret& lookup_key, absl::string_view use) {
  return Secret(crypto::Hmac(lookup_key, use));
}

bool FieldsTellAll(const UpgradeEvent& notification) {
  return std::none_of(notification.anomalies().begin(), notification.anomalies().end(),
                      [](int anomaly) {
                        return anomaly == ::netzme::v1::ANOMALY_FIELD_TOO_LONG ||
                               anomaly == ::netzme::v1::ANOMALY_FIELD_UNREADABLE;
                      });
}

}  // namespace

std::string StableBytes(const google::protobuf::MessageLite& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream output(&stream);
  output.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&output);
  output.Trim();
  return bytes;
}

LogKeys::LogKeys(const Secret& lookup_key)
    : reference(Subkey(lookup_key, "reference")),
      account(Subkey(lookup_key, "account")),
      cust_id(Subkey(lookup_key, "cust_id")),
      type(Subkey(lookup_key, "type")),
      content(Subkey(lookup_key, "content")),
      body(Subkey(lookup_key, "body")),
      cursor(Subkey(lookup_key, "cursor")),
      signature(Subkey(lookup_key, "signature")),
      call{Subkey(lookup_key, "call_key"), Subkey(lookup_key, "call_content"),
           Subkey(lookup_key, "call_subject")},
      audit(Subkey(lookup_key, "audit")),
      check(Subkey(lookup_key, "check")) {}

std::string LookupDigest(const Secret& key, absl::string_view value) {
  return crypto::Hmac(key, value).substr(0, kLookupDigestBytes);
}

std::string ContentDigest(const Secret& key, const UpgradeEvent& notification) {
  UpgradeEvent content = notification;
  content.clear_sequence();
  content.clear_event_id();
  content.clear_received_time();
  content.clear_revision();
  content.clear_previous_status();
  content.clear_anomalies();
  content.clear_account();
  content.clear_redrive();
  if (FieldsTellAll(notification)) content.clear_raw_body();
  return LookupDigest(key, StableBytes(content));
}

std::string NextChain(absl::string_view previous, int64_t sequence, absl::string_view event_id,
                      int64_t received_time_us, absl::string_view content_digest) {
  return crypto::Sha256(absl::StrCat(previous, BigEndian(static_cast<uint64_t>(sequence)), event_id,
                                     BigEndian(static_cast<uint64_t>(received_time_us)),
                                     content_digest));
}

}  // namespace kyc::events
