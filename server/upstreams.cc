#include "server/upstreams.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/crypto/field_cipher.h"
#include "server/upstream/chain.h"
#include "server/upstream/log_failures.h"

namespace kyc {
namespace {

absl::StatusOr<finpay::WidgetCredentials> CredentialsOf(const config::FinpayAccount& account) {
  auto cipher = crypto::FieldCipher::Make(account.field_key, account.field_iv);
  if (!cipher.ok()) {
    return absl::Status(cipher.status().code(),
                        absl::StrCat(cipher.status().message(), " (finpay.accounts)"));
  }
  return finpay::WidgetCredentials{account.merchant_id, account.merchant_pass, *std::move(cipher)};
}

}  // namespace

absl::StatusOr<std::unique_ptr<Upstreams>> Upstreams::Make(const config::Settings& settings,
                                                           Metrics& metrics, KeptReplies* kept,
                                                           OnAttempt on_attempt,
                                                           std::shared_ptr<spdlog::logger> log) {
  auto made = std::unique_ptr<Upstreams>(
      new Upstreams(metrics, kept, std::move(on_attempt), std::move(log)));
  if (absl::Status all = made->MakeAll(settings); !all.ok()) return all;
  return made;
}

absl::Status Upstreams::MakeAll(const config::Settings& settings) {
  if (!settings.finpay.has_value() && !settings.widekyc.has_value()) return absl::OkStatus();
  auto curl = upstream::CurlLoop::Start();
  if (!curl.ok()) return curl.status();
  curl_ = *std::move(curl);
  const int64_t max_image_bytes = settings.grpc.value_or(config::Grpc()).max_image_bytes;
  if (settings.widekyc.has_value()) MakeWideKyc(*settings.widekyc, max_image_bytes);
  if (settings.finpay.has_value()) return MakeFinpay(*settings.finpay, max_image_bytes);
  return absl::OkStatus();
}

upstream::SendHttp Upstreams::WayTo(const config::Upstream& how, const std::string& upstream,
                                    const std::string& account) {
  return upstream::LogFailures(
      upstream::MakeChain(*curl_, how, upstream, account, &metrics_, on_attempt_), upstream,
      account, log_);
}

void Upstreams::MakeWideKyc(const config::WideKyc& from, int64_t max_image_bytes) {
  widekyc::Options options;
  options.server_url = from.server_url;
  options.max_image_bytes = max_image_bytes;
  options.max_cust_ref_no_bytes = from.max_cust_ref_no_bytes;
  options.max_text_bytes = from.max_text_bytes;
  options.extra_headers = from.upstream.extra_headers;
  options.max_reply_bytes = from.upstream.max_reply_bytes;
  std::vector<widekyc::Account> accounts;
  for (const config::WideKycAccount& account : from.accounts) {
    accounts.push_back(
        {account.name, account.token, WayTo(from.upstream, "widekyc", account.name)});
  }
  widekyc_ = std::make_unique<widekyc::WideKycService>(std::move(options), std::move(accounts),
                                                       &metrics_, kept_);
}

absl::Status Upstreams::MakeFinpay(const config::Finpay& from, int64_t max_image_bytes) {
  finpay::WidgetOptions options;
  options.base_url = from.base_url;
  options.max_image_bytes = max_image_bytes;
  options.allow_http_widget_url = from.allow_http_widget_url;
  options.extra_headers = from.upstream.extra_headers;
  options.max_reply_bytes = from.upstream.max_reply_bytes;
  std::vector<finpay::Account> accounts;
  for (const config::FinpayAccount& account : from.accounts) {
    auto credentials = CredentialsOf(account);
    if (!credentials.ok()) return credentials.status();
    accounts.push_back(
        {account.name, *std::move(credentials), WayTo(from.upstream, "finpay", account.name)});
  }
  finpay_ = std::make_unique<finpay::UpgradeAccountService>(std::move(options), std::move(accounts),
                                                            &metrics_, kept_);
  return absl::OkStatus();
}

absl::StatusOr<absl::AnyInvocable<void() &&>> Upstreams::ReadSecrets(const config::Settings& from) {
  std::vector<std::pair<std::string, finpay::WidgetCredentials>> merchants;
  if (finpay_ != nullptr) {
    for (const config::FinpayAccount& account : from.finpay->accounts) {
      auto credentials = CredentialsOf(account);
      if (!credentials.ok()) return credentials.status();
      merchants.emplace_back(account.name, *std::move(credentials));
    }
  }
  std::vector<config::WideKycAccount> tokens;
  if (widekyc_ != nullptr) tokens = from.widekyc->accounts;
  return [this, merchants = std::move(merchants), tokens = std::move(tokens)]() mutable {
    for (auto& [name, credentials] : merchants) {
      finpay_->UseCredentials(name, std::move(credentials));
    }
    for (config::WideKycAccount& account : tokens) {
      widekyc_->UseToken(account.name, std::move(account.token));
    }
  };
}

}  // namespace kyc
