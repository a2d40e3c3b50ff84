#pragma once

#include <string>

// The version of the OpenSSL that answers in this process.
std::string OpenSslVersion();

// The same cipher as EncryptByBoringSsl, by OpenSSL; its error queue is used and left empty.
std::string EncryptByOpenSsl(const std::string& key, const std::string& plaintext);
