// A request that is given as JSON, so that nothing of it is seen in the list of processes.
#ifndef CLIENTS_KYC_COMMANDS_REQUEST_JSON_H_
#define CLIENTS_KYC_COMMANDS_REQUEST_JSON_H_

#include <google/protobuf/message.h>

#include <iosfwd>
#include <string>

#include "absl/status/status.h"
#include "clients/kyc/cli/options.h"

namespace kyc::cli {

// The option that names its file.
void DeclareData(Options& options, std::string& path);

// The file's JSON, "-" being `in`, into `request`; nothing for an empty path. The error quotes
// nothing of it.
absl::Status ReadRequest(const std::string& path, std::istream& in,
                         google::protobuf::Message& request);

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_COMMANDS_REQUEST_JSON_H_
