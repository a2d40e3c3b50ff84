#include "server/tls/watched_pair.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace kyc::tls {
namespace {

using What = Found::What;

constexpr unsigned kOthers = 0007;

absl::StatusOr<Secret> ReadFile(absl::string_view field, const std::string& path, bool is_secret) {
  absl::StatusOr<config::File> file = config::ReadFromDisk(path);
  if (!file.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("the ", field, " ", file.status().message()));
  }
  if (is_secret && (file->mode & kOthers) != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("the ", field, " is open to every user: chmod o= it"));
  }
  return std::move(file->content);
}

bool IsSame(const Pair& a, const Pair& b) {
  return a.certificates == b.certificates && a.client_authorities == b.client_authorities &&
         a.key.Reveal() == b.key.Reveal();
}

std::string Days(absl::Duration left) {
  return absl::StrCat(absl::ToInt64Hours(left) / 24, " days");
}

}  // namespace

absl::StatusOr<std::shared_ptr<WatchedPair>> WatchedPair::Open(const config::Listener& listener,
                                                               absl::Time now) {
  auto opened = std::shared_ptr<WatchedPair>(new WatchedPair(listener));
  auto pair = std::make_shared<Pair>();
  const absl::StatusOr<absl::Time> until = opened->Read(*pair, now);
  if (!until.ok()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the TLS files cannot be used: ", until.status().message(), " (", listener.field, ")"));
  }
  opened->pair_.Set(std::move(pair));
  opened->valid_until_ = *until;
  return opened;
}

absl::StatusOr<absl::Time> WatchedPair::Read(Pair& pair, absl::Time now) {
  const config::Tls& tls = *listener_.tls;
  stamps_.clear();
  for (const std::string& path : {tls.certificate_file, tls.key_file, tls.client_ca_file}) {
    if (!path.empty()) stamps_[path] = config::StampOf(path);
  }
  read_again_ = true;  // Unless all goes well.
  auto certificates = ReadFile("certificate_file", tls.certificate_file, false);
  if (!certificates.ok()) return certificates.status();
  auto key = ReadFile("key_file", tls.key_file, true);
  if (!key.ok()) return key.status();
  pair.certificates = std::string(certificates->Reveal());
  pair.key = *std::move(key);
  if (tls.client_certificate != config::ClientCertificate::kNone) {
    auto authorities = ReadFile("client_ca_file", tls.client_ca_file, false);
    if (!authorities.ok()) return authorities.status();
    if (authorities->empty()) return absl::InvalidArgumentError("the client_ca_file is empty");
    pair.client_authorities = std::string(authorities->Reveal());
  }
  const absl::StatusOr<absl::Time> until = CheckPair(pair, now);
  read_again_ = !until.ok() || config::AnyChangedJustNow(stamps_);
  return until;
}

Found WatchedPair::Look(absl::Time now) {
  if (!read_again_ && config::AreUnchanged(stamps_)) return Unchanged(now);
  auto pair = std::make_shared<Pair>();
  const absl::StatusOr<absl::Time> until = Read(*pair, now);
  if (!config::AreUnchanged(stamps_)) {  // Perhaps of two pairs.
    read_again_ = true;
    return Unchanged(now);
  }
  if (!until.ok()) return Unusable(until.status().message(), now);
  fault_.clear();
  if (IsSame(*pair, *Get())) return Unchanged(now);
  pair_.Set(std::move(pair));
  valid_until_ = *until;
  told_expired_ = false;
  const absl::Duration left = valid_until_ - now;
  return {What::kNewPair,
          absl::StrCat(listener_.field, ": new connections get the new certificate, valid for ",
                       Days(left)),
          left};
}

Found WatchedPair::Unusable(absl::string_view why, absl::Time now) {
  if (why == fault_) return Unchanged(now);
  fault_ = std::string(why);
  return {What::kUnusable,
          absl::StrCat(listener_.field,
                       ": the TLS files changed and cannot be used, connections "
                       "get the old certificate, valid for ",
                       Days(valid_until_ - now), ": ", why),
          valid_until_ - now};
}

Found WatchedPair::Unchanged(absl::Time now) {
  const absl::Duration left = valid_until_ - now;
  if (left > absl::ZeroDuration() || std::exchange(told_expired_, true)) {
    return {What::kNothing, "", left};
  }
  return {What::kExpired,
          absl::StrCat(listener_.field,
                       ": the certificate has expired, clients refuse it: replace "
                       "certificate_file and key_file"),
          left};
}

}  // namespace kyc::tls
