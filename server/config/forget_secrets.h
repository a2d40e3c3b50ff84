// Settings without what nobody may see.
#ifndef SERVER_CONFIG_FORGET_SECRETS_H_
#define SERVER_CONFIG_FORGET_SECRETS_H_

#include "server/config/settings.h"

namespace kyc::config {

// Lets go of every key, token and password, once those who use them have them: so what is reloaded
// later is nowhere any more.
inline void ForgetSecrets(Settings& settings) {
  if (settings.finpay.has_value()) {
    if (settings.finpay->upstream.proxy.has_value()) settings.finpay->upstream.proxy->password = {};
    for (FinpayAccount& account : settings.finpay->accounts) {
      account.merchant_pass = account.field_key = account.field_iv = Secret();
    }
  }
  if (settings.widekyc.has_value()) {
    if (settings.widekyc->upstream.proxy.has_value()) {
      settings.widekyc->upstream.proxy->password = {};
    }
    for (WideKycAccount& account : settings.widekyc->accounts) account.token = {};
  }
  if (settings.webhook.has_value()) {
    for (WebhookAccount& account : settings.webhook->accounts) account.callback_tokens.clear();
  }
  if (settings.event_log.has_value()) {
    settings.event_log->sealing_keys.clear();
    settings.event_log->lookup_key = {};
    if (settings.event_log->postgres.has_value()) {
      settings.event_log->postgres->password = settings.event_log->postgres->keeper_password = {};
    }
  }
  if (settings.admin.has_value()) settings.admin->tokens.clear();
  for (Caller& caller : settings.callers) caller.bearer_token = {};
}

}  // namespace kyc::config

#endif  // SERVER_CONFIG_FORGET_SECRETS_H_
