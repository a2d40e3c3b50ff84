// Tokens that are known by their digests only.
#ifndef SERVER_CONFIG_TOKEN_DIGESTS_H_
#define SERVER_CONFIG_TOKEN_DIGESTS_H_

#include <string>
#include <vector>

#include "google/protobuf/repeated_ptr_field.h"
#include "server/config/field_checks.h"
#include "server/config/seen_secrets.h"

namespace kyc::config {

// The SHA-256 that each text of a field writes in hexadecimal digits: 32 raw bytes. Pure.
std::vector<std::string> CheckTokenDigests(
    const std::string& field, const google::protobuf::RepeatedPtrField<std::string>& texts,
    SeenSecrets& seen, FieldChecks& checks);

}  // namespace kyc::config

#endif  // SERVER_CONFIG_TOKEN_DIGESTS_H_
