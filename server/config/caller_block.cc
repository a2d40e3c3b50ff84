#include "server/config/caller_block.h"

#include <set>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/config/permission.h"
#include "server/config/seen_secrets.h"
#include "server/config/text_rules.h"
#include "server/config/token_digests.h"

namespace kyc::config {
namespace {

template <typename Accept>
bool AnyListener(const absl::optional<Grpc>& grpc, Accept accept) {
  return !grpc.has_value() || absl::c_any_of(grpc->listeners, accept);
}

bool IsTrusted(const Listener& at) { return at.trusted; }
bool AsksForCertificates(const Listener& at) {
  return at.tls.has_value() && at.tls->client_certificate != ClientCertificate::kNone;
}

// Names that no two callers share, or only the first one would be known.
template <typename Texts>
std::vector<std::string> CheckNames(const std::string& field, const Texts& texts,
                                    std::string (*fault)(absl::string_view),
                                    std::set<std::string>& seen, FieldChecks& checks) {
  std::vector<std::string> names;
  for (const std::string& text : texts) {
    const std::string at = absl::StrCat(field, "[", names.size(), "]");
    checks.AddIfAny(at, fault(text));
    names.push_back(text);
    if (!seen.insert(absl::AsciiStrToLower(text)).second) checks.Add(at, "is there twice");
  }
  return names;
}

std::vector<std::string> CheckMayCall(const std::string& at, const v1::Caller& block,
                                      FieldChecks& checks) {
  std::vector<std::string> allowed;
  for (const std::string& text : block.may_call()) {
    const std::string field = absl::StrCat(at, ".may_call[", allowed.size(), "]");
    checks.AddIfAny(field, MethodFault(text));
    const Permission needed = NeededFor(text);
    if (needed == Permission::kPersonalData && !block.allow_personal_data()) {
      checks.Add(field, "needs allow_personal_data");
    }
    if (needed == Permission::kAudit && !block.allow_audit()) {
      checks.Add(field, "needs allow_audit");
    }
    if (needed == Permission::kAdmin && !block.allow_admin()) {
      checks.Add(field, "needs allow_admin");
    }
    allowed.push_back(text);
  }
  return allowed;
}

constexpr int64_t kMostCallsPerSecond = 1'000'000;

std::string LimitedMethodFault(const std::string& method) {
  const bool limited =
      absl::StartsWith(method, "finpay.linkage.v1.") || absl::StartsWith(method, "widekyc.v1.");
  if (limited && absl::StrContains(method, "/") && MethodFault(method).empty()) return "";
  return "must be package.Service/Method of finpay.linkage.v1 or widekyc.v1";
}

CallLimit CheckLimit(const std::string& at, const v1::CallLimit& block, FieldChecks& checks) {
  CallLimit limit;
  limit.method = block.method();
  if (!limit.method.empty()) checks.AddIfAny(at + ".method", LimitedMethodFault(limit.method));
  limit.calls_per_second = checks.Number(at + ".calls_per_second", block.calls_per_second(),
                                         {0, 1, kMostCallsPerSecond});
  limit.burst =
      checks.Number(at + ".burst", block.burst(), {limit.calls_per_second, 1, kMostCallsPerSecond});
  limit.calls_per_day =
      checks.Number(at + ".calls_per_day", block.calls_per_day(), {0, 1, int64_t{1} << 40});
  if (limit.calls_per_second == 0 && limit.calls_per_day == 0) {
    checks.Add(at, "must have calls_per_second or calls_per_day");
  }
  if (block.burst() != 0 && limit.calls_per_second == 0) {
    checks.Add(at + ".burst", "needs calls_per_second");
  }
  return limit;
}

std::vector<CallLimit> CheckLimits(const std::string& at, const v1::Caller& block,
                                   bool has_event_log, FieldChecks& checks) {
  std::vector<CallLimit> limits;
  std::set<std::string> methods;
  for (const v1::CallLimit& each : block.limits()) {
    const std::string field = absl::StrCat(at, ".limits[", limits.size(), "]");
    limits.push_back(CheckLimit(field, each, checks));
    if (!methods.insert(each.method()).second) checks.Add(field + ".method", "is there twice");
    if (limits.back().calls_per_day > 0 && !has_event_log) {
      checks.Add(field + ".calls_per_day", "needs event_log");
    }
  }
  return limits;
}

void CheckMatchesSomebody(const std::string& at, const Caller& caller,
                          const absl::optional<Grpc>& grpc, FieldChecks& checks) {
  const bool by_certificate =
      !caller.certificate_dns_names.empty() || !caller.certificate_uris.empty();
  if (caller.loopback && !AnyListener(grpc, IsTrusted)) {
    checks.Add(at + ".loopback", "matches nobody: no listener of grpc is trusted");
  }
  if (by_certificate && !AnyListener(grpc, AsksForCertificates)) {
    checks.Add(at, "matches no certificate: no listener of grpc asks for any");
  }
}

bool NamesNobody(const v1::Caller& block) {
  return !block.loopback() && block.bearer_token_file().empty() &&
         block.bearer_token_sha256().empty() && block.certificate_dns_names().empty() &&
         block.certificate_uris().empty();
}

// What of earlier callers a later one may not have, too.
struct Seen {
  std::set<std::string> names, dns_names, uris;
  SeenSecrets tokens, digests;
  bool loopback = false;
};

Caller CheckCaller(const std::string& at, const v1::Caller& block, Seen& seen,
                   FieldChecks& checks) {
  Caller caller;
  caller.name = checks.UniqueName(at + ".name", block.name(), seen.names);
  caller.loopback = block.loopback();
  caller.allow_full_view = block.allow_full_view();
  caller.allow_admin = block.allow_admin();
  caller.allow_personal_data = block.allow_personal_data();
  caller.allow_audit = block.allow_audit();
  if (!block.bearer_token_file().empty()) {
    const std::string field = at + ".bearer_token_file";
    caller.bearer_token =
        checks.ReadSecret(field, block.bearer_token_file(), SecretForm::kBearerToken);
    seen.tokens.Check(field, caller.bearer_token, checks);
  }
  caller.token_digests = CheckTokenDigests(at + ".bearer_token_sha256", block.bearer_token_sha256(),
                                           seen.digests, checks);
  caller.certificate_dns_names =
      CheckNames(at + ".certificate_dns_names", block.certificate_dns_names(), DnsNameFault,
                 seen.dns_names, checks);
  caller.certificate_uris =
      CheckNames(at + ".certificate_uris", block.certificate_uris(), UriFault, seen.uris, checks);
  caller.may_call = CheckMayCall(at, block, checks);
  return caller;
}

}  // namespace

std::vector<Caller> CheckCallers(const v1::Config& config, const absl::optional<Grpc>& grpc,
                                 FieldChecks& checks) {
  std::vector<Caller> callers;
  Seen seen;
  for (int i = 0; i < config.callers_size(); ++i) {
    const std::string at = absl::StrCat("callers[", i, "]");
    callers.push_back(CheckCaller(at, config.callers(i), seen, checks));
    callers.back().limits = CheckLimits(at, config.callers(i), config.has_event_log(), checks);
    if (NamesNobody(config.callers(i))) {
      checks.Add(at, "matches nobody: set loopback, a bearer token or a certificate's name");
    }
    if (callers.back().loopback && std::exchange(seen.loopback, true)) {
      checks.Add(at + ".loopback", "matches nobody: an earlier caller is loopback too");
    } else {
      CheckMatchesSomebody(at, callers.back(), grpc, checks);
    }
  }
  return callers;
}

}  // namespace kyc::config
