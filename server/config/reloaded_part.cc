#include "server/config/reloaded_part.h"

#include <algorithm>

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

namespace {

// The one of `all` with that name; null: none.
template <typename Account>
const Account* Find(const google::protobuf::RepeatedPtrField<Account>& all,
                    const std::string& name) {
  const auto at = std::find_if(all.begin(), all.end(),
                               [&](const Account& account) { return account.name() == name; });
  return at == all.end() ? nullptr : &*at;
}

void TakeReloaded(const v1::Finpay& from, v1::Finpay& into) {
  for (v1::FinpayAccount& account : *into.mutable_accounts()) {
    const v1::FinpayAccount* const now = Find(from.accounts(), account.name());
    if (now == nullptr) continue;
    account.set_merchant_id(now->merchant_id());
    account.set_merchant_pass_file(now->merchant_pass_file());
    account.set_field_key_file(now->field_key_file());
    account.set_field_iv_file(now->field_iv_file());
  }
}

}  // namespace

void TakeReloaded(const v1::Config& from, v1::Config& into) {
  *into.mutable_callers() = from.callers();
  into.set_log_level(from.log_level());
  if (into.has_admin() && from.has_admin()) {
    *into.mutable_admin()->mutable_bearer_token_files() = from.admin().bearer_token_files();
    *into.mutable_admin()->mutable_bearer_token_sha256() = from.admin().bearer_token_sha256();
  }
  if (into.has_webhook()) {
    for (v1::WebhookAccount& account : *into.mutable_webhook()->mutable_accounts()) {
      const auto* const now = Find(from.webhook().accounts(), account.name());
      if (now == nullptr) continue;
      *account.mutable_callback_token_files() = now->callback_token_files();
    }
  }
  if (into.has_widekyc()) {
    for (v1::WideKycAccount& account : *into.mutable_widekyc()->mutable_accounts()) {
      const auto* const now = Find(from.widekyc().accounts(), account.name());
      if (now != nullptr) account.set_token_file(now->token_file());
    }
  }
  if (into.has_finpay()) TakeReloaded(from.finpay(), *into.mutable_finpay());
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
