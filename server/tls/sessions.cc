#include "server/tls/sessions.h"

#include <utility>
#include <vector>

#include "server/frames/counted_reads.h"
#include "server/tls/context.h"
#include "server/tls/read_pem.h"

namespace kyc::tls {
namespace {

absl::StatusOr<Owned<SSL_CTX>> ContextOf(const Pair& pair) {
  const auto chain = ReadCertificates(pair.certificates);
  if (!chain.ok()) return chain.status();
  const auto key = ReadKey(pair.key);
  if (!key.ok()) return key.status();
  if (pair.client_authorities.empty()) return MakeContext(*chain, *key, {});
  const auto authorities = ReadCertificates(pair.client_authorities);
  if (!authorities.ok()) return authorities.status();
  return MakeContext(*chain, *key, *authorities);
}

}  // namespace

Owned<SSL> Sessions::Begin() {
  if (std::shared_ptr<const Pair> now = pair_->Get(); now != used_) Use(std::move(now));
  if (context_ == nullptr) return nullptr;
  Owned<SSL> session(SSL_new(context_.get()));
  if (session == nullptr || !frames::LeaveUncounted(session.get())) return nullptr;
  return session;
}

// The pair was checked, so only want of memory keeps the old context in use.
void Sessions::Use(std::shared_ptr<const Pair> pair) {
  absl::StatusOr<Owned<SSL_CTX>> context = ContextOf(*pair);
  if (!context.ok()) return;
  if (pair_->listener().tls->client_certificate == config::ClientCertificate::kRequired) {
    SSL_CTX_set_verify(context->get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  context_ = *std::move(context);
  used_ = std::move(pair);
}

}  // namespace kyc::tls
