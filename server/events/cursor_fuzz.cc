// A cursor is the exact text that ToText made, or none; whatever place it is of comes back.
#include <cstring>
#include <string>

#include "server/events/cursor.h"
#include "tools/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using kyc::fuzz::Require;
  static const auto& key = *new kyc::Secret(std::string(32, 'k'));
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto read = kyc::events::CursorFromText(text, key); read.ok()) {
    Require(kyc::events::ToText(*read, key) == text, "the exact text");
  }
  kyc::events::Cursor cursor;
  cursor.log_id.assign(16, 'l');
  std::memcpy(cursor.log_id.data(), data, std::min<size_t>(size, 16));
  for (size_t i = 16; i < std::min<size_t>(size, 32); ++i) {
    cursor.position.sequence = cursor.position.sequence << 4 ^ data[i];
    cursor.position.chain = cursor.position.chain * 257 + data[i];
  }
  std::string made = kyc::events::ToText(cursor, key);
  const auto back = kyc::events::CursorFromText(made, key);
  Require(back.ok() && back->log_id == cursor.log_id && back->position == cursor.position,
          "what was made comes back");
  if (size > 0) {
    made[data[0] % made.size()] ^= static_cast<char>(1 + data[0] % 31);
    Require(!kyc::events::CursorFromText(made, key).ok(), "one that was altered is none");
  }
  return 0;
}
