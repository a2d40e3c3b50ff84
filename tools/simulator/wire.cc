#include "tools/simulator/wire.h"

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <memory>

namespace kyc::simulator {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr uint8_t kNoDigit = 64;
constexpr size_t kAesBlock = 16;

constexpr std::array<uint8_t, 256> MakeDigits() {
  std::array<uint8_t, 256> digits = {};
  for (uint8_t& digit : digits) digit = kNoDigit;
  for (uint8_t i = 0; i < 64; ++i) digits[static_cast<uint8_t>(kAlphabet[i])] = i;
  return digits;
}

constexpr std::array<uint8_t, 256> kDigits = MakeDigits();

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::optional<std::string> RunAes(bool encrypt, std::string_view key, std::string_view iv,
                                  std::string_view input) {
  if (key.size() != kAesBlock || iv.size() != kAesBlock) return std::nullopt;
  const CipherContext context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  std::string output(input.size() + kAesBlock, '\0');
  auto* to = reinterpret_cast<unsigned char*>(output.data());
  int first = 0, last = 0;
  const bool done = EVP_CipherInit_ex(context.get(), EVP_aes_128_cbc(), nullptr, Bytes(key),
                                      Bytes(iv), encrypt ? 1 : 0) == 1 &&
                    EVP_CipherUpdate(context.get(), to, &first, Bytes(input),
                                     static_cast<int>(input.size())) == 1 &&
                    EVP_CipherFinal_ex(context.get(), to + first, &last) == 1;
  if (!done) return std::nullopt;
  output.resize(static_cast<size_t>(first + last));
  return output;
}

// Four letters to three bytes; collects in `refused` whether one was no digit.
char* DecodeGroup(const char* from, char* to, uint32_t& refused) {
  const uint32_t a = kDigits[static_cast<uint8_t>(from[0])];
  const uint32_t b = kDigits[static_cast<uint8_t>(from[1])];
  const uint32_t c = kDigits[static_cast<uint8_t>(from[2])];
  const uint32_t d = kDigits[static_cast<uint8_t>(from[3])];
  refused |= (a | b | c | d) & kNoDigit;
  const uint32_t group = a << 18 | b << 12 | c << 6 | d;
  to[0] = static_cast<char>(group >> 16);
  to[1] = static_cast<char>(group >> 8);
  to[2] = static_cast<char>(group);
  return to + 3;
}

}  // namespace

std::string EncodeBase64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < count ? static_cast<uint8_t>(bytes[i + k]) : 0);
    }
    for (size_t k = 0; k < 4; ++k) {
      text += k <= count ? kAlphabet[group >> (18 - 6 * k) & 63] : '=';
    }
  }
  return text;
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.empty()) return "";
  std::string last(text.substr(text.size() - 4));
  size_t padding = 0;
  for (; padding < 2 && last[3 - padding] == '='; ++padding) last[3 - padding] = kAlphabet[0];
  std::string bytes(text.size() / 4 * 3, '\0');
  uint32_t refused = 0;  // Looked at once at the end: pictures are long, and good ones the rule.
  char* to = bytes.data();
  for (const char* from = text.data(); from != text.data() + text.size() - 4; from += 4) {
    to = DecodeGroup(from, to, refused);
  }
  DecodeGroup(last.data(), to, refused);
  const std::string_view dropped = std::string_view(bytes).substr(bytes.size() - padding);
  if (refused != 0 || dropped.find_first_not_of('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  bytes.resize(bytes.size() - padding);
  return bytes;
}

std::string_view ImageType(std::string_view bytes) {
  if (bytes.substr(0, 3) == "\xff\xd8\xff") return "image/jpeg";
  if (bytes.substr(0, 8) == "\x89PNG\r\n\x1a\n") return "image/png";
  if (bytes.size() >= 12 && bytes.substr(0, 4) == "RIFF" && bytes.substr(8, 4) == "WEBP") {
    return "image/webp";
  }
  return {};
}

std::string EncryptAes(std::string_view key, std::string_view iv, std::string_view plain) {
  return RunAes(true, key, iv, plain).value_or("");
}

std::optional<std::string> DecryptAes(std::string_view key, std::string_view iv,
                                      std::string_view cipher) {
  return RunAes(false, key, iv, cipher);
}

std::string Sha256(std::string_view bytes) {
  std::array<unsigned char, 32> digest = {};
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : digest) {
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

}  // namespace kyc::simulator
