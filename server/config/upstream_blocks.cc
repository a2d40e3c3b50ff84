#include "server/config/upstream_blocks.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/config/text_rules.h"

namespace kyc::config {
namespace {

constexpr int kMaxExtraHeaders = 32;
constexpr char kTraceparent[] = "traceparent";
constexpr size_t kMaxMerchantIdBytes = 128;

std::string CheckUrl(const std::string& field, absl::string_view url, FieldChecks& checks) {
  checks.AddIfAny(field, UrlFault(url));
  while (absl::ConsumeSuffix(&url, "/")) continue;
  return std::string(url);
}

Breaker CheckBreaker(const std::string& at, const v1::Breaker& block, FieldChecks& checks) {
  Breaker breaker;
  breaker.failure_percent = static_cast<int>(
      checks.Number(at + ".failure_percent", block.failure_percent(), {50, 1, 100}));
  breaker.min_calls =
      static_cast<int>(checks.Number(at + ".min_calls", block.min_calls(), {20, 1, 1'000'000}));
  breaker.window = checks.Span(at + ".window", block.has_window(), block.window(),
                               {absl::Seconds(10), absl::Seconds(1), absl::Minutes(10)});
  breaker.open_for = checks.Span(at + ".open_for", block.has_open_for(), block.open_for(),
                                 {absl::Seconds(5), absl::Milliseconds(100), absl::Minutes(10)});
  breaker.probes = static_cast<int>(checks.Number(at + ".probes", block.probes(), {3, 1, 1000}));
  breaker.unanswered_counts_after =
      checks.Span(at + ".unanswered_counts_after", block.has_unanswered_counts_after(),
                  block.unanswered_counts_after(),
                  {absl::Seconds(1), absl::Milliseconds(100), absl::Minutes(5)});
  breaker.disabled = block.disabled();
  return breaker;
}

std::vector<std::pair<std::string, std::string>> CheckHeaders(const std::string& at,
                                                              const v1::Upstream& block,
                                                              FieldChecks& checks) {
  std::vector<std::pair<std::string, std::string>> headers;
  std::set<std::string> names;
  if (block.extra_headers_size() > kMaxExtraHeaders) checks.Add(at, "must be at most 32");
  for (int i = 0; i < block.extra_headers_size(); ++i) {
    const v1::Header& header = block.extra_headers(i);
    const std::string field = absl::StrCat(at, "[", i, "]");
    checks.AddIfAny(field + ".name", HeaderNameFault(header.name()));
    checks.AddIfAny(field + ".value", HeaderValueFault(header.value()));
    if (!names.insert(absl::AsciiStrToLower(header.name())).second) {
      checks.Add(field + ".name", "is there twice");
    }
    headers.emplace_back(header.name(), header.value());
  }
  return headers;
}

void CheckCallHeaders(const std::string& at, const v1::Upstream& block, Upstream& upstream,
                      FieldChecks& checks) {
  upstream.request_id_header = block.request_id_header();
  upstream.send_traceparent = block.send_traceparent();
  const auto is_extra = [&block](absl::string_view name) {
    return std::any_of(
        block.extra_headers().begin(), block.extra_headers().end(),
        [name](const v1::Header& extra) { return absl::EqualsIgnoreCase(extra.name(), name); });
  };
  const std::string field = at + ".request_id_header";
  if (!block.request_id_header().empty()) {
    checks.AddIfAny(field, HeaderNameFault(block.request_id_header()));
    if (is_extra(block.request_id_header())) checks.Add(field, "is one of extra_headers");
    if (absl::EqualsIgnoreCase(block.request_id_header(), kTraceparent)) {
      checks.Add(field, "is another header's name");
    }
  }
  if (block.send_traceparent() && is_extra(kTraceparent)) {
    checks.Add(at + ".send_traceparent", "is one of extra_headers");
  }
}

Proxy CheckProxy(const std::string& at, const v1::Proxy& block, FieldChecks& checks) {
  Proxy proxy = {.url = block.url(), .user = block.user(), .password = {}};
  checks.AddIfAny(at + ".url", ProxyUrlFault(block.url()));
  if (block.user().empty() != block.password_file().empty()) {
    checks.Add(at, "must have both user and password_file, or neither");
  }
  checks.AddIfAny(at + ".user", ProxyUserFault(block.user()));
  if (!block.password_file().empty()) {
    proxy.password =
        checks.ReadSecret(at + ".password_file", block.password_file(), SecretForm::kHeaderValue);
  }
  return proxy;
}

void CheckConnections(const std::string& at, const v1::Upstream& block, Upstream& upstream,
                      FieldChecks& checks) {
  upstream.connect_timeout =
      checks.Span(at + ".connect_timeout", block.has_connect_timeout(), block.connect_timeout(),
                  {absl::Seconds(2), absl::Milliseconds(10), absl::Minutes(1)});
  upstream.idle_connection_age = checks.Span(
      at + ".idle_connection_age", block.has_idle_connection_age(), block.idle_connection_age(),
      {absl::Seconds(30), absl::Seconds(1), absl::Hours(1)});
  upstream.connection_age =
      checks.Span(at + ".connection_age", block.has_connection_age(), block.connection_age(),
                  {absl::Minutes(5), absl::Seconds(1), absl::Hours(24)});
  upstream.ca_file = checks.CertificateFile(at + ".ca_file", block.ca_file());
  if (block.has_proxy()) upstream.proxy = CheckProxy(at + ".proxy", block.proxy(), checks);
}

Upstream CheckUpstream(const std::string& at, const v1::Upstream& block,
                       absl::Duration attempt_timeout, FieldChecks& checks) {
  Upstream upstream;
  upstream.attempt_timeout =
      checks.Span(at + ".attempt_timeout", block.has_attempt_timeout(), block.attempt_timeout(),
                  {attempt_timeout, absl::Milliseconds(100), absl::Minutes(5)});
  CheckConnections(at, block, upstream, checks);
  upstream.slots =
      static_cast<int>(checks.Number(at + ".slots", block.slots(), {2000, 1, 100'000}));
  // Unset means the default here, because 0 has a meaning of its own.
  const bool none_waits = block.has_max_waiting() && block.max_waiting() == 0;
  upstream.max_waiting = none_waits
                             ? 0
                             : static_cast<int>(checks.Number(
                                   at + ".max_waiting", block.max_waiting(), {500, 1, 100'000}));
  upstream.slot_wait =
      checks.Span(at + ".slot_wait", block.has_slot_wait(), block.slot_wait(),
                  {absl::Milliseconds(250), absl::ZeroDuration(), absl::Seconds(10)});
  upstream.max_reply_bytes =
      checks.Number(at + ".max_reply_bytes", block.max_reply_bytes(), {1 << 20, 1 << 10, 16 << 20});
  upstream.extra_headers = CheckHeaders(at + ".extra_headers", block, checks);
  CheckCallHeaders(at, block, upstream, checks);
  upstream.breaker = CheckBreaker(at + ".breaker", block.breaker(), checks);
  upstream.believe_every_503 =
      block.every_503_is_the_upstreams_own_and_means_not_processed_i_understand();
  return upstream;
}

FinpayAccount CheckFinpayAccount(const std::string& at, const v1::FinpayAccount& block,
                                 std::set<std::string>& names, FieldChecks& checks) {
  FinpayAccount account;
  account.name = checks.UniqueName(at + ".name", block.name(), names);
  account.merchant_id = block.merchant_id();
  if (block.merchant_id().empty()) {
    checks.Add(at + ".merchant_id", "is required");
  } else if (block.merchant_id().size() > kMaxMerchantIdBytes) {
    checks.Add(at + ".merchant_id", "must be at most 128 bytes");
  }
  account.merchant_pass =
      checks.ReadSecret(at + ".merchant_pass_file", block.merchant_pass_file(), SecretForm::kText);
  account.field_key =
      checks.ReadSecret(at + ".field_key_file", block.field_key_file(), SecretForm::k16Bytes);
  account.field_iv =
      checks.ReadSecret(at + ".field_iv_file", block.field_iv_file(), SecretForm::k16Bytes);
  return account;
}

}  // namespace

Finpay CheckFinpay(const v1::Finpay& block, FieldChecks& checks) {
  Finpay finpay;
  finpay.base_url = CheckUrl("finpay.base_url", block.base_url(), checks);
  if (block.accounts().empty()) checks.Add("finpay.accounts", "must hold at least one");
  std::set<std::string> names;
  for (int i = 0; i < block.accounts_size(); ++i) {
    finpay.accounts.push_back(CheckFinpayAccount(absl::StrCat("finpay.accounts[", i, "]"),
                                                 block.accounts(i), names, checks));
  }
  finpay.upstream = CheckUpstream("finpay.upstream", block.upstream(), absl::Seconds(15), checks);
  finpay.allow_http_widget_url = block.allow_http_widget_url();
  return finpay;
}

WideKyc CheckWideKyc(const v1::WideKyc& block, FieldChecks& checks) {
  WideKyc widekyc;
  widekyc.server_url = CheckUrl("widekyc.server_url", block.server_url(), checks);
  if (block.accounts().empty()) checks.Add("widekyc.accounts", "must hold at least one");
  std::set<std::string> names;
  for (int i = 0; i < block.accounts_size(); ++i) {
    const std::string at = absl::StrCat("widekyc.accounts[", i, "]");
    WideKycAccount account;
    account.name = checks.UniqueName(at + ".name", block.accounts(i).name(), names);
    account.token = checks.ReadSecret(at + ".token_file", block.accounts(i).token_file(),
                                      SecretForm::kHeaderValue);
    widekyc.accounts.push_back(std::move(account));
  }
  widekyc.upstream = CheckUpstream("widekyc.upstream", block.upstream(), absl::Seconds(20), checks);
  widekyc.max_cust_ref_no_bytes = static_cast<int>(checks.Number(
      "widekyc.max_cust_ref_no_bytes", block.max_cust_ref_no_bytes(), {128, 1, 4096}));
  widekyc.max_text_bytes = static_cast<int>(
      checks.Number("widekyc.max_text_bytes", block.max_text_bytes(), {256, 1, 4096}));
  return widekyc;
}

}  // namespace kyc::config
