#include "server/doctor/upstreams.h"

#include "absl/strings/str_cat.h"

namespace kyc::doctor {
namespace {

using upstream::Probed;

constexpr char kCertificate[] = "certificate";

// As the alerts of the listeners' own certificates.
constexpr absl::Duration kSoon = absl::Hours(14 * 24);
constexpr absl::Duration kVerySoon = absl::Hours(3 * 24);

// Each call that finds no connection waits for the name once its addresses are old.
constexpr absl::Duration kSlowLookUp = absl::Seconds(1);

Finding NameFinding(const std::string& of, const Probed& probed) {
  constexpr char kCheck[] = "dns";
  if (probed.end == Probed::End::kNoAddress) {
    return Mend(kCheck, of, Whose::kOthers, absl::StrCat(probed.host, ": ", probed.why),
                "is the name right, and the server of names in /etc/resolv.conf there?");
  }
  const std::string found = absl::StrCat(
      probed.host, " has ", probed.addresses, probed.addresses == 1 ? " address" : " addresses",
      ", found in ", absl::ToInt64Milliseconds(probed.look_up), " ms");
  if (probed.look_up > kSlowLookUp) {
    return Look(kCheck, of, found, "look after the server of names in /etc/resolv.conf");
  }
  return Ok(kCheck, of, found);
}

}  // namespace

Finding DaysFinding(const std::string& of, absl::Duration left, Whose whose,
                    const std::string& who_renews) {
  const int64_t days = absl::ToInt64Hours(left) / 24;
  const std::string valid = absl::StrCat("valid for another ", days, days == 1 ? " day" : " days");
  if (left < kVerySoon) return Mend(kCertificate, of, whose, valid, who_renews);
  if (left < kSoon) return Look(kCertificate, of, valid, who_renews);
  return Ok(kCertificate, of, valid);
}

std::vector<Finding> UpstreamFindings(const std::string& of, const Probed& probed, absl::Time now) {
  constexpr char kConnection[] = "connection";
  std::vector<Finding> findings;
  if (!probed.host.empty()) findings.push_back(NameFinding(of, probed));
  switch (probed.end) {
    case Probed::End::kNoAddress:
      return findings;
    case Probed::End::kNoConnection:
      findings.push_back(Mend(kConnection, of, Whose::kOthers, probed.why,
                              "is it there, and does a firewall or proxy let this machine reach "
                              "it?"));
      return findings;
    case Probed::End::kUntrusted:
      findings.push_back(Mend(kCertificate, of, Whose::kOthers, probed.why,
                              "no call is sent to it until that is mended: by the upstream, by "
                              "ca_file, or by this machine's ca-certificates"));
      return findings;
    case Probed::End::kReached:
      break;
  }
  findings.push_back(Ok(kConnection, of,
                        probed.encrypted ? "takes connections, by TLS"
                                         : "takes connections, in plaintext on this machine"));
  if (probed.certified_until.has_value()) {
    findings.push_back(DaysFinding(of, *probed.certified_until - now, Whose::kOthers,
                                   "tell the upstream: it is theirs to renew"));
  }
  return findings;
}

}  // namespace kyc::doctor
