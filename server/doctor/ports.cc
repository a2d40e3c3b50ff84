#include "server/doctor/ports.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace kyc::doctor {

Finding PortFinding(const config::Listener& listener, const PortFacts& facts, Runs runs) {
  constexpr char kCheck[] = "port";
  const std::string& at = listener.address;
  if (absl::StartsWith(at, "systemd:")) return Ok(kCheck, listener.field, "is systemd's to open");
  if (facts.answers && runs == Runs::kYes) {
    return Ok(kCheck, listener.field, absl::StrCat(at, ", the gateway's that runs"));
  }
  if (facts.answers && runs == Runs::kNobodyTells) {
    return Look(kCheck, listener.field, absl::StrCat(at, " is in use"),
                "by a gateway, or by another program: `ss -ltnp` as root says which");
  }
  if (facts.answers) {
    return Mend(kCheck, listener.field, Whose::kMachine,
                absl::StrCat(at, " is in use, and not by this gateway"),
                "end the other program (`ss -ltnp` as root says which), or configure another port");
  }
  if (!facts.could_be_taken.ok()) {
    return Mend(kCheck, listener.field, Whose::kMachine,
                std::string(facts.could_be_taken.message()),
                "configure another address, or mend what the system says");
  }
  if (runs == Runs::kYes) {
    return Look(kCheck, listener.field, absl::StrCat(at, " is free, though the gateway runs"),
                "it was started with another configuration: restart it");
  }
  return Ok(kCheck, listener.field, absl::StrCat(at, " is free"));
}

Finding GatewayFinding(Runs runs, int http_status, const std::string& ready) {
  constexpr char kCheck[] = "gateway";
  if (runs == Runs::kNo) return Ok(kCheck, "", "none runs");
  if (runs == Runs::kNobodyTells) {
    return Ok(kCheck, "", "whether one runs, nobody tells without admin {}");
  }
  const std::string first = ready.substr(0, ready.find('\n'));
  if (http_status == 200 && first == "ok") return Ok(kCheck, "", "one runs, and is ready");
  return Look(kCheck, "", "one runs, and is not ready",
              "its page /readyz says why; server/runbook.md what to do");
}

}  // namespace kyc::doctor
