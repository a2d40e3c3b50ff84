// The callers of the configuration, checked. Pure but for the files that FieldChecks reads.
#ifndef SERVER_CONFIG_CALLER_BLOCK_H_
#define SERVER_CONFIG_CALLER_BLOCK_H_

#include <vector>

#include "absl/types/optional.h"
#include "kyc/config/v1/config.pb.h"
#include "server/config/field_checks.h"
#include "server/config/settings.h"

namespace kyc::config {

// `grpc` has the listeners by which they come; none where others serve them.
std::vector<Caller> CheckCallers(const v1::Config& config, const absl::optional<Grpc>& grpc,
                                 FieldChecks& checks);

}  // namespace kyc::config

#endif  // SERVER_CONFIG_CALLER_BLOCK_H_
