// Two equal secrets could not tell their owners apart.
#ifndef SERVER_CONFIG_SEEN_SECRETS_H_
#define SERVER_CONFIG_SEEN_SECRETS_H_

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/call/secret.h"
#include "server/config/field_checks.h"

namespace kyc::config {

// Lives while one configuration is checked. One thread.
class SeenSecrets {
 public:
  void Check(const std::string& field, const Secret& secret, FieldChecks& checks) {
    if (secret.empty()) return;
    const auto [at, is_new] = seen_.emplace(secret.Reveal(), Seen{secret, field});
    if (!is_new) checks.Add(field, absl::StrCat("holds the same token as ", at->second.field));
  }

 private:
  struct Seen {
    Secret secret;  // Keeps what it is found by.
    std::string field;
  };
  std::map<absl::string_view, Seen> seen_;
};

}  // namespace kyc::config

#endif  // SERVER_CONFIG_SEEN_SECRETS_H_
