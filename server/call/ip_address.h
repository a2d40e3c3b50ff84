// Where a connection comes from.
#ifndef SERVER_CALL_IP_ADDRESS_H_
#define SERVER_CALL_IP_ADDRESS_H_

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace kyc {

// An address of IPv4 or IPv6, or that of whoever comes by a socket in the file system. A value.
class IpAddress {
 public:
  // Who comes by a socket in the file system.
  IpAddress() = default;
  explicit IpAddress(const sockaddr_storage& peer);
  // Nullopt: it is none.
  static absl::optional<IpAddress> Parse(absl::string_view text);

  bool is_ipv4() const;
  // Who is counted as one: an address of IPv4; of IPv6 the network of 64 bits; all by sockets in
  // the file system.
  IpAddress Source() const { return is_ipv4() ? *this : Kept(64); }
  // Its first bits, the others 0. Those of IPv4 are the last 32 of 128.
  IpAddress Kept(int bits) const;
  // As it is written: "203.0.113.7", "2001:db8::1"; or "unix".
  std::string Text() const;

  bool operator==(const IpAddress& other) const { return bytes_ == other.bytes_; }
  bool operator!=(const IpAddress& other) const { return bytes_ != other.bytes_; }
  template <typename H>
  friend H AbslHashValue(H state, const IpAddress& address) {
    return H::combine(std::move(state), address.bytes_);
  }

 private:
  // IPv4 as ::ffff:a.b.c.d, so that it is the same whatever kind of listener it came by.
  std::array<uint8_t, 16> bytes_ = {};
};

// The addresses that have their first bits in common.
class IpNetwork {
 public:
  // "203.0.113.0/24", "2001:db8::/32", or one address. Nullopt: it is none, or has bits beyond its
  // length.
  static absl::optional<IpNetwork> Parse(absl::string_view text);

  bool Has(const IpAddress& address) const { return address.Kept(bits_) == first_; }

 private:
  IpNetwork(const IpAddress& first, int bits) : first_(first), bits_(bits) {}

  IpAddress first_;
  int bits_;
};

}  // namespace kyc

#endif  // SERVER_CALL_IP_ADDRESS_H_
