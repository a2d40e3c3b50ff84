#include "tests/support/gateway_files.h"

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/files.h"
#include "tests/support/planted.h"

namespace kyc::tests {
namespace {

// What nobody may see is looked for in all that a gateway can say, unless a test says a level.
constexpr char kMostTalkative[] = "log_level: \"debug\"\n";

std::string FinpayAccount(absl::string_view name, absl::string_view pass_file) {
  return absl::StrCat("  accounts { name: \"", name, "\" merchant_id: \"merchant-", name,
                      "\" merchant_pass_file: \"", pass_file,
                      "\" field_key_file: \"field_key\" field_iv_file: \"field_iv\" }\n");
}

std::string WideKycAccount(absl::string_view name, absl::string_view token_file) {
  return absl::StrCat("  accounts { name: \"", name, "\" token_file: \"", token_file, "\" }\n");
}

std::string FinpayBlock(const GatewayOptions& options) {
  if (options.finpay_url.empty()) return "";
  return absl::StrCat("finpay {\n  base_url: \"", options.finpay_url, "\"\n",
                      FinpayAccount("first", "merchant_pass"),
                      options.second_accounts ? FinpayAccount("second", "other_pass") : "",
                      "  upstream { ", options.finpay_upstream, " }\n}\n");
}

std::string WideKycBlock(const GatewayOptions& options) {
  if (options.widekyc_url.empty()) return "";
  return absl::StrCat("widekyc {\n  server_url: \"", options.widekyc_url, "\"\n",
                      WideKycAccount("first", "widekyc_token"),
                      options.second_accounts ? WideKycAccount("second", "other_token") : "",
                      "  upstream { ", options.widekyc_upstream, " }\n}\n");
}

std::string WebhookAndLog(const GatewayOptions& options) {
  return absl::StrCat(R"(
webhook {
  listen: "127.0.0.1:0"
  accounts { name: "netzme" callback_token_files: "callback_token" }
)",
                      options.webhook, R"(
}
admin { listen: "127.0.0.1:0")",
                      options.admin, R"( }
event_log {
  )",
                      options.log_engine, R"(
  sealing_keys { id: 1 key_file: "sealing_key" }
  lookup_key_file: "lookup_key"
)",
                      options.event_log, "\n}\n");
}

}  // namespace

std::string ConfigText(const GatewayOptions& options) {
  return absl::StrCat(
      "grpc { listen: \"127.0.0.1:0\" trusted: true ", options.grpc, " }\n", WebhookAndLog(options),
      FinpayBlock(options), WideKycBlock(options), options.callers, "\n",
      absl::StrContains(options.more, "log_level:") ? "" : kMostTalkative, options.more, "\n");
}

GatewayFiles::GatewayFiles() : folder_(MakeFolder("gateway")) {
  WriteFile(path("merchant_pass"), kMerchantPass);
  WriteFile(path("other_pass"), kOtherMerchantPass);
  WriteFile(path("field_key"), kFieldKey);
  WriteFile(path("field_iv"), kFieldIv);
  WriteFile(path("widekyc_token"), kWideKycToken);
  WriteFile(path("other_token"), kOtherWideKycToken);
  WriteFile(path("callback_token"), kCallbackToken);
  WriteFile(path("bearer_token"), kBearerToken);
  WriteFile(path("sealing_key"), absl::Base64Escape(std::string(32, 's')));
  WriteFile(path("lookup_key"), absl::Base64Escape(std::string(32, 'l')));
}

void GatewayFiles::Configure(const GatewayOptions& options) { ConfigureText(ConfigText(options)); }

void GatewayFiles::ConfigureText(absl::string_view text) { WriteFile(config_path(), text); }

std::string GatewayFiles::path(absl::string_view name) const {
  return absl::StrCat(folder_, "/", name);
}

}  // namespace kyc::tests
