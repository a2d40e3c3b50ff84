#include "server/config/this_machine.h"

#include "server/config/text_rules.h"

namespace kyc::config {

bool IsAlone(const Settings& settings) {
  return (!settings.finpay.has_value() || IsLoopbackUrl(settings.finpay->base_url)) &&
         (!settings.widekyc.has_value() || IsLoopbackUrl(settings.widekyc->server_url)) &&
         (!settings.webhook.has_value() || IsLoopbackListen(settings.webhook->listener.address));
}

}  // namespace kyc::config
