// Frames of HTTP/2 as bytes, for tests.
#ifndef SERVER_FRAMES_TESTING_H2_BYTES_H_
#define SERVER_FRAMES_TESTING_H2_BYTES_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace kyc::frames {

inline const std::string kH2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

enum H2Type : uint8_t {
  kData,
  kHeaders,
  kPriority,
  kReset,
  kSettings,
  kPushPromise,
  kPing,
  kGoaway,
  kWindowUpdate,
  kContinuation
};
constexpr uint8_t kEndStreamFlag = 1, kAckFlag = 1, kEndHeadersFlag = 4;

// The nine bytes that announce a payload of that length.
inline std::string FrameHead(uint32_t length, uint8_t type, uint8_t flags, uint32_t stream) {
  std::string head;
  for (int shift : {16, 8, 0}) head.push_back(static_cast<char>(length >> shift));
  head.push_back(static_cast<char>(type));
  head.push_back(static_cast<char>(flags));
  for (int shift : {24, 16, 8, 0}) head.push_back(static_cast<char>(stream >> shift));
  return head;
}

inline std::string Frame(uint8_t type, uint8_t flags, uint32_t stream, absl::string_view payload) {
  return FrameHead(static_cast<uint32_t>(payload.size()), type, flags, stream) +
         std::string(payload);
}

inline std::string Times(int count, absl::string_view frame) {
  std::string all;
  for (int i = 0; i < count; ++i) all.append(frame.data(), frame.size());
  return all;
}

}  // namespace kyc::frames

#endif  // SERVER_FRAMES_TESTING_H2_BYTES_H_
