#pragma once

#include <string>

// AES-128-CBC with PKCS#7 padding by BoringSSL, as base64. `key` is the IV too, as in the
// documents' sample.
std::string EncryptByBoringSsl(const std::string& key, const std::string& plaintext);
