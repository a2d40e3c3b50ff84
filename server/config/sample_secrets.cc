#include "server/config/sample_secrets.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "server/config/this_machine.h"

namespace kyc::config {
namespace {

// Finpay's Upgrade Account Widget: secret key and IV of its example of encryption.
constexpr absl::string_view kFinpayKeyAndIv = "1234567890123456";
// Netzme's upgrade account notification: the header of its example.
constexpr absl::string_view kNetzmeToken =
    "Z3kwaFV5bTZnSTNjSmhlNDhDa2d0UjRORk1abW5NSmVZbTJpbldtbFhUczlnWVBXbG9xdU1mS2d4cWxwUkhJVEcycWx5"
    "d0lLRmxsNW8yYURKQlc4YVJYNzE3c0lqVXk1a0Rxdg==";

void CheckIsNot(absl::string_view sample, const std::string& field, const Secret& secret,
                FieldChecks& checks) {
  if (secret.Reveal() != sample) return;
  checks.Add(field,
             "is the sample of the upstream's own document, which everybody knows: use the "
             "one that the upstream gave you");
}

}  // namespace

void CheckNoSampleSecrets(const Settings& settings, FieldChecks& checks) {
  if (IsAlone(settings)) return;
  if (settings.finpay.has_value()) {
    for (size_t i = 0; i < settings.finpay->accounts.size(); ++i) {
      const FinpayAccount& account = settings.finpay->accounts[i];
      const std::string at = absl::StrCat("finpay.accounts[", i, "]");
      CheckIsNot(kFinpayKeyAndIv, at + ".field_key_file", account.field_key, checks);
      CheckIsNot(kFinpayKeyAndIv, at + ".field_iv_file", account.field_iv, checks);
    }
  }
  if (!settings.webhook.has_value()) return;
  for (size_t i = 0; i < settings.webhook->accounts.size(); ++i) {
    const WebhookAccount& account = settings.webhook->accounts[i];
    for (size_t j = 0; j < account.callback_tokens.size(); ++j) {
      CheckIsNot(kNetzmeToken,
                 absl::StrCat("webhook.accounts[", i, "].callback_token_files[", j, "]"),
                 account.callback_tokens[j], checks);
    }
  }
}

}  // namespace kyc::config
