#include "server/call/span.h"

#include <cstring>

#include "absl/random/random.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace kyc {
namespace {

constexpr size_t kHeaderBytes = 55;  // 00-(32)-(16)-(2)
constexpr uint8_t kSampledFlag = 1;

template <size_t size>
absl::string_view View(const std::array<uint8_t, size>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

template <size_t size>
std::string Hex(const std::array<uint8_t, size>& id) {
  return id == std::array<uint8_t, size>() ? "" : absl::BytesToHexString(View(id));
}

// Hexadecimal in lower case alone, as the standard has it.
template <size_t size>
bool ReadHex(absl::string_view text, std::array<uint8_t, size>& to) {
  for (const char c : text) {
    if (!absl::ascii_isdigit(c) && (c < 'a' || c > 'f')) return false;
  }
  const std::string bytes = absl::HexStringToBytes(text);
  std::memcpy(to.data(), bytes.data(), size);
  return true;
}

template <size_t size>
std::array<uint8_t, size> NewId(absl::InsecureBitGen& random) {
  std::array<uint8_t, size> id;
  for (uint8_t& byte : id) byte = absl::Uniform<uint8_t>(random);
  id[size - 1] |= 1;  // Never zeros.
  return id;
}

}  // namespace

absl::optional<SpanContext> ReadTraceparent(absl::string_view header) {
  if (header.size() < kHeaderBytes) return absl::nullopt;
  if (header[2] != '-' || header[35] != '-' || header[52] != '-') return absl::nullopt;
  std::array<uint8_t, 1> version, flags;
  SpanContext context;
  if (!ReadHex(header.substr(0, 2), version) || !ReadHex(header.substr(3, 32), context.trace_id) ||
      !ReadHex(header.substr(36, 16), context.span_id) || !ReadHex(header.substr(53, 2), flags)) {
    return absl::nullopt;
  }
  const bool longer = header.size() > kHeaderBytes;
  if (version[0] == 0xff || (version[0] == 0 && longer)) return absl::nullopt;
  if (longer && header[kHeaderBytes] != '-') return absl::nullopt;
  if (!context.valid()) return absl::nullopt;
  context.sampled = (flags[0] & kSampledFlag) != 0;
  return context;
}

std::string WriteTraceparent(const SpanContext& context) {
  return absl::StrCat("00-", HexOf(context.trace_id), "-", HexOf(context.span_id), "-",
                      context.sampled ? "01" : "00");
}

std::string HexOf(const TraceId& id) { return Hex(id); }
std::string HexOf(const SpanId& id) { return Hex(id); }

Span StartSpan(const absl::optional<SpanContext>& caller, const Sampling& sampling) {
  Span span;
  if (caller.has_value()) span.context = *caller;
  if (!sampling.any || (caller.has_value() && !caller->sampled)) return span;
  absl::InsecureBitGen random;
  if (!caller.has_value()) {
    if (!absl::Bernoulli(random, sampling.share)) return span;
    span.context.trace_id = NewId<16>(random);
    span.context.sampled = true;
  }
  span.parent = span.context.span_id;
  span.context.span_id = NewId<8>(random);
  span.recorded = true;
  return span;
}

Span StartChild(const Span& parent) {
  Span span = parent;
  if (!parent.recorded) return span;
  absl::InsecureBitGen random;
  span.parent = parent.context.span_id;
  span.context.span_id = NewId<8>(random);
  return span;
}

}  // namespace kyc
