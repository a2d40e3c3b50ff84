#include "server/events/cursor.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/crypto/mac.h"
#include "server/events/big_endian.h"

namespace kyc::events {
namespace {

// version | log id | partition | sequence | chain | check. 57 bytes: a multiple of three, so the
// text has no padding and no spare bits.
constexpr char kVersion = 1;
constexpr size_t kLogIdBytes = 16;
constexpr size_t kLogIdAt = 1;
constexpr size_t kPartitionAt = kLogIdAt + kLogIdBytes;
constexpr size_t kSequenceAt = kPartitionAt + kNumberBytes;
constexpr size_t kChainAt = kSequenceAt + kNumberBytes;
constexpr size_t kCheckAt = kChainAt + kNumberBytes;
constexpr size_t kCheckBytes = 16;
constexpr size_t kCursorBytes = kCheckAt + kCheckBytes;
static_assert(kCursorBytes % 3 == 0);

std::string CheckOf(absl::string_view bytes, const Secret& key) {
  return crypto::Hmac(key, bytes.substr(0, kCheckAt)).substr(0, kCheckBytes);
}

absl::Status Invalid() {
  Error error;
  error.code = absl::StatusCode::kInvalidArgument;
  error.reason = "CURSOR_INVALID";
  error.message = "The cursor is not one that this service gave";
  return ToStatus(error);
}

}  // namespace

std::string ToText(const Cursor& cursor, const Secret& key) {
  std::string bytes = absl::StrCat(
      absl::string_view(&kVersion, 1), cursor.log_id, BigEndian(cursor.partition),
      BigEndian(static_cast<uint64_t>(cursor.position.sequence)), BigEndian(cursor.position.chain));
  bytes += CheckOf(bytes, key);
  return absl::WebSafeBase64Escape(bytes);
}

absl::StatusOr<Cursor> CursorFromText(absl::string_view text, const Secret& key) {
  std::string bytes;
  // Unescaping forgives spaces and padding; a cursor is the exact text or none.
  if (!absl::WebSafeBase64Unescape(text, &bytes) || bytes.size() != kCursorBytes ||
      absl::WebSafeBase64Escape(bytes) != text || bytes[0] != kVersion ||
      !crypto::SecretEquals(CheckOf(bytes, key), bytes.substr(kCheckAt))) {
    return Invalid();
  }
  Cursor cursor;
  cursor.log_id = bytes.substr(kLogIdAt, kLogIdBytes);
  cursor.partition = static_cast<uint32_t>(NumberFromBigEndian(bytes.substr(kPartitionAt)));
  cursor.position.sequence = static_cast<int64_t>(NumberFromBigEndian(bytes.substr(kSequenceAt)));
  cursor.position.chain = NumberFromBigEndian(bytes.substr(kChainAt));
  return cursor;
}

}  // namespace kyc::events
