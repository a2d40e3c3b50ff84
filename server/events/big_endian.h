// Numbers as 8 bytes, most significant first.
#ifndef SERVER_EVENTS_BIG_ENDIAN_H_
#define SERVER_EVENTS_BIG_ENDIAN_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace kyc::events {

inline constexpr size_t kNumberBytes = 8;

inline std::string BigEndian(uint64_t number) {
  std::string bytes(kNumberBytes, '\0');
  for (size_t i = kNumberBytes; i-- > 0; number >>= 8) bytes[i] = static_cast<char>(number & 0xff);
  return bytes;
}

// Reads the first 8 bytes; `bytes` has at least so many.
inline uint64_t NumberFromBigEndian(absl::string_view bytes) {
  uint64_t number = 0;
  for (size_t i = 0; i < kNumberBytes; ++i) {
    number = number << 8 | static_cast<uint8_t>(bytes[i]);
  }
  return number;
}

}  // namespace kyc::events

#endif  // SERVER_EVENTS_BIG_ENDIAN_H_
