// The addresses where a gateway listens. Pure.
#ifndef SERVER_DOCTOR_PORTS_H_
#define SERVER_DOCTOR_PORTS_H_

#include <string>

#include "absl/status/status.h"
#include "server/config/settings.h"
#include "server/doctor/finding.h"

namespace kyc::doctor {

// What the admin listener says of a gateway that runs.
enum class Runs {
  kYes,
  kNo,
  kNobodyTells,  // Without admin {} there is nobody to ask.
};

struct PortFacts {
  bool answers = false;         // Somebody takes connections there.
  absl::Status could_be_taken;  // What listening there came to; not tried where somebody answers.
};

Finding PortFinding(const config::Listener& listener, const PortFacts& facts, Runs runs);

// `ready` is its page /readyz, empty where none runs.
Finding GatewayFinding(Runs runs, int http_status, const std::string& ready);

}  // namespace kyc::doctor

#endif  // SERVER_DOCTOR_PORTS_H_
