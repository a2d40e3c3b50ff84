#include "server/certificates.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace kyc {
namespace {

// Long enough to get another.
constexpr absl::Duration kEndsSoon = absl::Hours(14 * 24);

}  // namespace

absl::StatusOr<std::shared_ptr<const tls::WatchedPair>> Certificates::Open(
    const config::Listener& listener) {
  if (!listener.tls.has_value()) return nullptr;
  const absl::Time now = absl::Now();
  auto opened = tls::WatchedPair::Open(listener, now);
  if (!opened.ok()) return opened.status();
  pairs_.push_back(*std::move(opened));
  TellLeft(listener.field, pairs_.back()->Look(now).left);
  return pairs_.back();
}

void Certificates::TellLeft(const std::string& listener, absl::Duration left) {
  metrics_.CertificateLeft(listener, left);
  warnings_.IsSo(absl::StrCat("the certificate ends within 14 days listener=", listener),
                 left < kEndsSoon);
}

void Certificates::Look() {
  using What = tls::Found::What;
  for (const auto& pair : pairs_) {
    const tls::Found found = pair->Look(absl::Now());
    const std::string& field = pair->listener().field;
    TellLeft(field, found.left);
    if (found.what == What::kNothing) continue;
    const bool taken = found.what == What::kNewPair;
    if (taken || found.what == What::kUnusable) metrics_.CertificateReloaded(field, taken);
    log_->log(taken ? spdlog::level::info : spdlog::level::err, "{}", found.line);
  }
}

}  // namespace kyc
