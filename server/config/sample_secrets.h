// Secrets that stand in the upstreams' own documents, so everybody knows them.
#ifndef SERVER_CONFIG_SAMPLE_SECRETS_H_
#define SERVER_CONFIG_SAMPLE_SECRETS_H_

#include "server/config/field_checks.h"
#include "server/config/settings.h"

namespace kyc::config {

// They are for the simulator only: where everything that is spoken with is this machine.
void CheckNoSampleSecrets(const Settings& settings, FieldChecks& checks);

}  // namespace kyc::config

#endif  // SERVER_CONFIG_SAMPLE_SECRETS_H_
