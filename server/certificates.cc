#include "server/certificates.h"

#include <utility>

#include "absl/time/clock.h"

namespace kyc {

absl::StatusOr<std::shared_ptr<const tls::WatchedPair>> Certificates::Open(
    const config::Listener& listener) {
  if (!listener.tls.has_value()) return nullptr;
  const absl::Time now = absl::Now();
  auto opened = tls::WatchedPair::Open(listener, now);
  if (!opened.ok()) return opened.status();
  pairs_.push_back(*std::move(opened));
  metrics_.CertificateLeft(listener.field, pairs_.back()->Look(now).left);
  return pairs_.back();
}

void Certificates::Look() {
  using What = tls::Found::What;
  for (const auto& pair : pairs_) {
    const tls::Found found = pair->Look(absl::Now());
    const std::string& field = pair->listener().field;
    metrics_.CertificateLeft(field, found.left);
    if (found.what == What::kNothing) continue;
    const bool taken = found.what == What::kNewPair;
    if (taken || found.what == What::kUnusable) metrics_.CertificateReloaded(field, taken);
    log_->log(taken ? spdlog::level::info : spdlog::level::err, "{}", found.line);
  }
}

}  // namespace kyc
