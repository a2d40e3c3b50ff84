// Base64 (RFC 4648, section 4) in whole groups, so that a stream of it needs no buffer of its own.
#ifndef SERVER_JSON_BASE64_H_
#define SERVER_JSON_BASE64_H_

#include <cstddef>
#include <vector>

namespace kyc::json {

// Characters of the padded base64 of `bytes` bytes.
constexpr size_t Base64Size(size_t bytes) { return (bytes + 2) / 3 * 4; }

// Encodes `groups` times 3 bytes into `groups` times 4 characters, and touches nothing else. Pure,
// thread-safe. The fastest way that the processor has.
void EncodeGroups(const char* from, size_t groups, char* to);

// One way to do it.
struct GroupEncoder {
  const char* name;
  void (*encode)(const char* from, size_t groups, char* to);
};
// Those that this processor has, the fastest first, at least one: for tests and benchmarks.
std::vector<GroupEncoder> GroupEncoders();

// Encodes the last 1 to 3 bytes into 4 characters, padded.
void EncodeLastGroup(const char* from, size_t bytes, char* to);

}  // namespace kyc::json

#endif  // SERVER_JSON_BASE64_H_
