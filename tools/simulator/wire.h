// The encodings of the upstreams' documents. Pure.
#ifndef TOOLS_SIMULATOR_WIRE_H_
#define TOOLS_SIMULATOR_WIRE_H_

#include <optional>
#include <string>
#include <string_view>

namespace kyc::simulator {

std::string EncodeBase64(std::string_view bytes);

// Strict: the standard alphabet, padding where it belongs, no spaces or lines, no stray bits.
std::optional<std::string> DecodeBase64(std::string_view text);

// "image/jpeg", "image/png", "image/webp" by the first bytes, else empty.
std::string_view ImageType(std::string_view bytes);

// AES-128-CBC with PKCS#7 padding; key and IV of 16 bytes each.
std::string EncryptAes(std::string_view key, std::string_view iv, std::string_view plain);

// Nothing if the length, the padding or the key's size is wrong.
std::optional<std::string> DecryptAes(std::string_view key, std::string_view iv,
                                      std::string_view cipher);

// 64 hexadecimal digits.
std::string Sha256(std::string_view bytes);

}  // namespace kyc::simulator

#endif  // TOOLS_SIMULATOR_WIRE_H_
