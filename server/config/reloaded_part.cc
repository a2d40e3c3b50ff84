#include "server/config/reloaded_part.h"

#include "absl/strings/str_cat.h"

namespace kyc::config {

void ClearReloaded(v1::Config& config) {
  config.clear_callers();
  config.clear_log_level();
  if (config.has_admin()) {
    config.mutable_admin()->clear_bearer_token_files();
    config.mutable_admin()->clear_bearer_token_sha256();
  }
  if (config.has_webhook()) {
    for (v1::WebhookAccount& account : *config.mutable_webhook()->mutable_accounts()) {
      account.clear_callback_token_files();
    }
  }
  if (config.has_widekyc()) {
    for (v1::WideKycAccount& account : *config.mutable_widekyc()->mutable_accounts()) {
      account.clear_token_file();
    }
  }
  if (config.has_finpay()) {
    for (v1::FinpayAccount& account : *config.mutable_finpay()->mutable_accounts()) {
      account.clear_merchant_id();  // A password is good for its merchant only.
      account.clear_merchant_pass_file();
      account.clear_field_key_file();
      account.clear_field_iv_file();
    }
  }
}

std::set<std::string> AccountsOf(const Settings& settings) {
  std::set<std::string> all;
  if (settings.webhook) {
    for (const WebhookAccount& account : settings.webhook->accounts) {
      all.insert(absl::StrCat("webhook ", account.name));
    }
  }
  if (settings.widekyc) {
    for (const WideKycAccount& account : settings.widekyc->accounts) {
      all.insert(absl::StrCat("widekyc ", account.name, " ", settings.widekyc->server_url));
    }
  }
  if (settings.finpay) {
    for (const FinpayAccount& account : settings.finpay->accounts) {
      all.insert(absl::StrCat("finpay ", account.name, " ", settings.finpay->base_url));
    }
  }
  return all;
}

}  // namespace kyc::config
