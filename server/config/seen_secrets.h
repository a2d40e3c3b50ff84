// Two equal secrets could not tell their owners apart.
#ifndef SERVER_CONFIG_SEEN_SECRETS_H_
#define SERVER_CONFIG_SEEN_SECRETS_H_

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/call/secret.h"
#include "server/config/field_checks.h"

namespace kyc::config {

// Lives while one configuration is checked. One thread.
class SeenSecrets {
 public:
  void Check(const std::string& field, const Secret& secret, FieldChecks& checks) {
    if (secret.empty()) return;
    const auto [at, is_new] = fields_.emplace(secret.Reveal(), field);
    if (!is_new) checks.Add(field, absl::StrCat("holds the same token as ", at->second));
  }

 private:
  std::map<std::string, std::string> fields_;  // By the secret.
};

}  // namespace kyc::config

#endif  // SERVER_CONFIG_SEEN_SECRETS_H_
