#include "server/call/ip_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/numbers.h"

namespace kyc {
namespace {

constexpr std::array<uint8_t, 12> kIpv4Prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr int kBits = 128;
constexpr int kBitsOfIpv4 = 32;

}  // namespace

IpAddress::IpAddress(const sockaddr_storage& peer) {
  if (peer.ss_family == AF_INET) {
    std::copy(kIpv4Prefix.begin(), kIpv4Prefix.end(), bytes_.begin());
    std::memcpy(&bytes_[kIpv4Prefix.size()], &reinterpret_cast<const sockaddr_in&>(peer).sin_addr,
                sizeof(in_addr));
  } else if (peer.ss_family == AF_INET6) {
    std::memcpy(bytes_.data(), &reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr,
                bytes_.size());
  }
}

absl::optional<IpAddress> IpAddress::Parse(absl::string_view text) {
  const std::string ended(text);
  sockaddr_storage at = {};
  if (inet_pton(AF_INET, ended.c_str(), &reinterpret_cast<sockaddr_in&>(at).sin_addr) == 1) {
    at.ss_family = AF_INET;
  } else if (inet_pton(AF_INET6, ended.c_str(), &reinterpret_cast<sockaddr_in6&>(at).sin6_addr) ==
             1) {
    at.ss_family = AF_INET6;
  } else {
    return absl::nullopt;
  }
  return IpAddress(at);
}

bool IpAddress::is_ipv4() const {
  return std::equal(kIpv4Prefix.begin(), kIpv4Prefix.end(), bytes_.begin());
}

IpAddress IpAddress::Kept(int bits) const {
  IpAddress kept = *this;
  const auto whole = static_cast<size_t>(bits / 8);
  if (whole == kept.bytes_.size()) return kept;
  kept.bytes_[whole] = static_cast<uint8_t>(kept.bytes_[whole] & (0xff00 >> (bits % 8)));
  std::fill(kept.bytes_.begin() + static_cast<std::ptrdiff_t>(whole) + 1, kept.bytes_.end(), 0);
  return kept;
}

std::string IpAddress::Text() const {
  if (*this == IpAddress()) return "unix";
  char text[INET6_ADDRSTRLEN] = {};
  if (is_ipv4()) {
    inet_ntop(AF_INET, &bytes_[kIpv4Prefix.size()], text, sizeof(text));
  } else {
    inet_ntop(AF_INET6, bytes_.data(), text, sizeof(text));
  }
  return text;
}

absl::optional<IpNetwork> IpNetwork::Parse(absl::string_view text) {
  const size_t slash = text.find('/');
  const absl::optional<IpAddress> first = IpAddress::Parse(text.substr(0, slash));
  if (!first) return absl::nullopt;
  const int most = first->is_ipv4() ? kBitsOfIpv4 : kBits;
  int bits = most;
  if (slash != text.npos &&
      (!absl::SimpleAtoi(text.substr(slash + 1), &bits) || bits < 0 || bits > most)) {
    return absl::nullopt;
  }
  bits += kBits - most;
  if (first->Kept(bits) != *first) return absl::nullopt;
  return IpNetwork(*first, bits);
}

}  // namespace kyc
