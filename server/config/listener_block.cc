#include "server/config/listener_block.h"

#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/config/text_rules.h"

namespace kyc::config {
namespace {

ClientCertificate WantedOf(const v1::Tls& block) {
  switch (block.client_certificate()) {
    case v1::CLIENT_CERTIFICATE_OPTIONAL:
      return ClientCertificate::kOptional;
    case v1::CLIENT_CERTIFICATE_REQUIRED:
      return ClientCertificate::kRequired;
    default:
      return ClientCertificate::kNone;
  }
}

// What is in the files is looked at when they are used, as it changes while the gateway serves.
Tls CheckTls(const std::string& at, const v1::Tls& block, FieldChecks& checks) {
  Tls tls;
  tls.certificate_file = checks.Path(at + ".certificate_file", block.certificate_file());
  tls.key_file = checks.Path(at + ".key_file", block.key_file());
  tls.client_certificate = WantedOf(block);
  const bool asks = tls.client_certificate != ClientCertificate::kNone;
  if (asks) {
    tls.client_ca_file = checks.Path(at + ".client_ca_file", block.client_ca_file());
  } else if (!block.client_ca_file().empty()) {
    checks.Add(at + ".client_certificate",
               "is required with client_ca_file: CLIENT_CERTIFICATE_OPTIONAL or _REQUIRED");
  }
  return tls;
}

std::string TrustFault(const v1::Listener& block) {
  if (!block.trusted()) return "";
  if (block.has_tls()) {
    return "is for listeners without tls: with it, tell callers apart by certificate or token";
  }
  if (IsOfThisMachine(block.address())) return "";
  return "is only for listeners on 127.0.0.1, [::1] or unix:/path";
}

// `at` is the block that holds it, `field` its address.
Listener CheckListener(const std::string& at, const std::string& field, const v1::Listener& block,
                       FieldChecks& checks) {
  Listener listener{.field = field, .address = block.address(), .trusted = block.trusted()};
  const Traffic traffic{.encrypted = block.has_tls(),
                        .plaintext_elsewhere = block.insecure_plaintext_i_understand()};
  const std::string fault = ListenFault(block.address(), traffic);
  checks.AddIfAny(field, fault);
  if (fault.empty()) checks.AddIfAny(at + ".trusted", TrustFault(block));
  if (block.has_tls()) listener.tls = CheckTls(at + ".tls", block.tls(), checks);
  return listener;
}

// The one whose fields stand in a block of more.
template <typename Block>
v1::Listener ListenerOf(const Block& block) {
  v1::Listener listener;
  listener.set_address(block.listen());
  if (block.has_tls()) *listener.mutable_tls() = block.tls();
  listener.set_insecure_plaintext_i_understand(block.insecure_plaintext_i_understand());
  return listener;
}

}  // namespace

Listener CheckWebhookListener(const v1::Webhook& block, FieldChecks& checks) {
  return CheckListener("webhook", "webhook.listen", ListenerOf(block), checks);
}

Listener CheckAdminListener(const v1::Admin& block, FieldChecks& checks) {
  return CheckListener("admin", "admin.listen", ListenerOf(block), checks);
}

std::vector<Listener> CheckGrpcListeners(const v1::Grpc& block, FieldChecks& checks) {
  std::vector<Listener> listeners;
  if (!block.listen().empty() || block.listeners().empty()) {
    v1::Listener first = ListenerOf(block);
    first.set_trusted(block.trusted());
    listeners.push_back(CheckListener("grpc", "grpc.listen", first, checks));
  } else if (block.has_tls() || block.trusted()) {
    checks.Add("grpc.listen", "is required with tls or trusted beside it");
  }
  for (int i = 0; i < block.listeners_size(); ++i) {
    const std::string at = absl::StrCat("grpc.listeners[", i, "]");
    listeners.push_back(CheckListener(at, at + ".address", block.listeners(i), checks));
  }
  return listeners;
}

void CheckListenersDiffer(const v1::Config& config, FieldChecks& checks) {
  std::map<std::string, std::string> seen;
  std::vector<std::pair<std::string, std::string>> listeners = {
      {"grpc.listen", config.grpc().listen()},
      {"webhook.listen", config.webhook().listen()},
      {"admin.listen", config.admin().listen()}};
  for (int i = 0; i < config.grpc().listeners_size(); ++i) {
    listeners.emplace_back(absl::StrCat("grpc.listeners[", i, "].address"),
                           config.grpc().listeners(i).address());
  }
  for (const auto& [field, listen] : listeners) {
    if (listen.empty() || absl::EndsWith(listen, ":0")) continue;
    const auto [at, is_new] = seen.emplace(listen, field);
    if (!is_new) checks.Add(field, absl::StrCat("is the same as ", at->second));
  }
}

}  // namespace kyc::config
