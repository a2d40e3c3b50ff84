// The way to an upstream: its name, its port, its certificate. Pure.
#ifndef SERVER_DOCTOR_UPSTREAMS_H_
#define SERVER_DOCTOR_UPSTREAMS_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/doctor/finding.h"
#include "server/upstream/probe.h"

namespace kyc::doctor {

// `of` is its block in the configuration: "finpay".
std::vector<Finding> UpstreamFindings(const std::string& of, const upstream::Probed& probed,
                                      absl::Time now);

// A certificate that is valid for `left`; `whose` renews it.
Finding DaysFinding(const std::string& of, absl::Duration left, Whose whose,
                    const std::string& who_renews);

}  // namespace kyc::doctor

#endif  // SERVER_DOCTOR_UPSTREAMS_H_
