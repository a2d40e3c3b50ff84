#include "server/json/base64.h"

#include <array>
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace kyc::json {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

uint32_t Byte(char c) { return static_cast<unsigned char>(c); }

void EncodeBySteps(const char* from, size_t groups, char* to) {
  for (; groups > 0; --groups, from += 3, to += 4) {
    const uint32_t bits = Byte(from[0]) << 16 | Byte(from[1]) << 8 | Byte(from[2]);
    to[0] = kAlphabet[bits >> 18];
    to[1] = kAlphabet[bits >> 12 & 63];
    to[2] = kAlphabet[bits >> 6 & 63];
    to[3] = kAlphabet[bits & 63];
  }
}

#if defined(__x86_64__)

constexpr size_t kGroupsPerStep = 8;
// A step encodes 24 bytes but loads 28.
constexpr size_t kBytesLoaded = 28;

// Of each group a, b, c (12 bytes used of each half) the four sixtets, one per byte.
__attribute__((target("avx2"))) __m256i Sixtets(__m256i bytes) {
  // Each group becomes the 16-bit words ab and bc, which hold two whole sixtets each.
  const __m256i order = _mm256_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10,  //
                                         1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
  const __m256i words = _mm256_shuffle_epi8(bytes, order);
  // Multiplying by a power of two shifts each word by its own distance: ab >> 10, bc >> 6 ...
  const __m256i even = _mm256_mulhi_epu16(_mm256_and_si256(words, _mm256_set1_epi32(0x0fc0fc00)),
                                          _mm256_set1_epi32(0x04000040));
  // ... and ab << 4, bc << 8.
  const __m256i odd = _mm256_mullo_epi16(_mm256_and_si256(words, _mm256_set1_epi32(0x003f03f0)),
                                         _mm256_set1_epi32(0x01000010));
  return _mm256_or_si256(even, odd);
}

// What to add to a sixtet depends on its range only: 0-25, 26-51, 52-61, 62 or 63.
__attribute__((target("avx2"))) __m256i Characters(__m256i sixtets) {
  const __m256i distances = _mm256_setr_epi8(
      'a' - 26, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, '+' - 62, '/' - 63, 'A', 0, 0,  //
      'a' - 26, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, '+' - 62, '/' - 63, 'A', 0, 0);
  const __m256i is_upper = _mm256_cmpgt_epi8(_mm256_set1_epi8(26), sixtets);
  const __m256i range = _mm256_or_si256(_mm256_subs_epu8(sixtets, _mm256_set1_epi8(51)),
                                        _mm256_and_si256(is_upper, _mm256_set1_epi8(13)));
  return _mm256_add_epi8(sixtets, _mm256_shuffle_epi8(distances, range));
}

__attribute__((target("avx2"))) void EncodeByAvx2(const char* from, size_t groups, char* to) {
  size_t done = 0;
  for (; (groups - done) * 3 >= kBytesLoaded; done += kGroupsPerStep) {
    const char* at = from + done * 3;
    const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + 12));
    const __m256i characters = Characters(Sixtets(_mm256_set_m128i(high, low)));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + done * 4), characters);
  }
  EncodeBySteps(from + done * 3, groups - done, to + done * 4);
}

constexpr size_t kGroupsPerWideStep = 16;
constexpr size_t kBytesLoadedWide = 64;
// Lines that are about to be written are asked for so early: a body's buffer was last used some
// calls ago, and this core no longer has it.
constexpr size_t kWrittenAhead = 512;

// Of each group a, b, c the bytes b, a, c, b: there every sixtet lies in one piece. (Not in the
// function: g++ 12's AddressSanitizer does not align what it moves from the stack to 64 bytes.)
constexpr auto kGroupOrder = [] {
  std::array<char, 64> order = {};
  for (int i = 0; i < 64; ++i) order[i] = static_cast<char>(i / 4 * 3 + "\1\0\2\1"[i % 4]);
  return order;
}();

// The same in three instructions, where bytes can be moved freely over the whole register. (Masks
// of all ones, because g++ 12 warns falsely of the intrinsics without one.)
__attribute__((target("avx512f,avx512vbmi"))) void EncodeByAvx512(const char* from, size_t groups,
                                                                  char* to) {
  constexpr __mmask64 kAll = ~uint64_t{0};
  const __m512i group_order = _mm512_loadu_si512(kGroupOrder.data());
  // How far down in each eight bytes the sixtets of its two groups lie.
  const __m512i places = _mm512_set1_epi64(0x3036242a1016040a);
  const __m512i alphabet = _mm512_loadu_si512(kAlphabet);
  size_t done = 0;
  for (; (groups - done) * 3 >= kBytesLoadedWide; done += kGroupsPerWideStep) {
    __builtin_prefetch(to + done * 4 + kWrittenAhead, 1);
    const __m512i bytes =
        _mm512_maskz_permutexvar_epi8(kAll, group_order, _mm512_loadu_si512(from + done * 3));
    const __m512i sixtets = _mm512_maskz_multishift_epi64_epi8(kAll, places, bytes);
    // It looks at an index's low six bits only.
    _mm512_storeu_si512(to + done * 4, _mm512_maskz_permutexvar_epi8(kAll, sixtets, alphabet));
  }
  EncodeByAvx2(from + done * 3, groups - done, to + done * 4);
}

#endif  // defined(__x86_64__)

}  // namespace

std::vector<GroupEncoder> GroupEncoders() {
  std::vector<GroupEncoder> usable;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512vbmi")) usable.push_back({"AVX-512", EncodeByAvx512});
  if (__builtin_cpu_supports("avx2")) usable.push_back({"AVX2", EncodeByAvx2});
#endif
  usable.push_back({"portable", EncodeBySteps});
  return usable;
}

void EncodeGroups(const char* from, size_t groups, char* to) {
  static const auto fastest = GroupEncoders().front().encode;
  fastest(from, groups, to);
}

void EncodeLastGroup(const char* from, size_t bytes, char* to) {
  char group[3] = {};
  for (size_t i = 0; i < bytes; ++i) group[i] = from[i];
  EncodeBySteps(group, 1, to);
  for (size_t i = bytes + 1; i < 4; ++i) to[i] = '=';
}

}  // namespace kyc::json
