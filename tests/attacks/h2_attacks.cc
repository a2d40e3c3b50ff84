#include "tests/attacks/h2_attacks.h"

#include <cstdint>

#include "tests/attacks/hostile.h"

namespace kyc::tests {
namespace {

constexpr uint8_t kData = 0, kHeaders = 1, kReset = 3, kSettings = 4, kPing = 6, kWindowUpdate = 8,
                  kContinuation = 9;

std::string Times(int count, const std::string& frame) {
  std::string all;
  all.reserve(static_cast<size_t>(count) * frame.size());
  for (int i = 0; i < count; ++i) all += frame;
  return all;
}

std::string Reset(uint32_t stream) {
  return H2Frame(kReset, 0, stream, std::string(3, 0) + '\x08');
}

std::string Window(uint32_t stream) {
  return H2Frame(kWindowUpdate, 0, stream, std::string(3, 0) + '\x01');
}

std::string RapidResets(uint32_t count) {
  std::string all;
  for (uint32_t i = 0; i < count; ++i) all += H2Call(2 * i + 1) + Reset(2 * i + 1);
  return all;
}

// All are open before the first one is reset.
std::string LateResets(uint32_t count) {
  std::string all;
  for (uint32_t i = 0; i < count; ++i) all += H2Call(2 * i + 1);
  for (uint32_t i = 0; i < count; ++i) all += Reset(2 * i + 1);
  return all;
}

}  // namespace

const std::vector<H2Attack>& H2Attacks() {
  static const std::string part(16'384, '\x40');
  static const std::vector<H2Attack> all = {
      {"HeaderBlocks",
       H2Frame(kHeaders, 0, 1, part) + Times(64, H2Frame(kContinuation, 0, 1, part))},
      {"EmptyContinuations",
       H2Frame(kHeaders, 0, 1, "") + Times(10'000, H2Frame(kContinuation, 0, 1, ""))},
      {"RapidResets", RapidResets(2'900)},
      {"LateResets", LateResets(2'900)},
      {"Settings", Times(2'900, H2Frame(kSettings, 0, 0, ""))},
      {"Pings", Times(4'900, H2Frame(kPing, 0, 0, "8 bytes."))},
      {"EmptyData", Times(2'900, H2Frame(kData, 0, 1, ""))},
      {"Windows", Times(490'000, Window(0))},
      {"WindowsOfAStream", H2Call(1) + Times(490'000, Window(1))},
      {"EndsOfNoStreams", Times(490'000, H2Frame(kData, 1, 1, ""))},
      {"SmallPieces", H2Call(1) + Times(120'000, H2Frame(kData, 0, 1, "x"))},
  };
  return all;
}

}  // namespace kyc::tests
