// A failed call in words, the way grpcurl prints it. Pure.
#ifndef CLIENTS_KYC_STATUS_TEXT_H_
#define CLIENTS_KYC_STATUS_TEXT_H_

#include <google/protobuf/descriptor.h>
#include <grpcpp/support/status.h>

#include <string>

#include "clients/kyc/json_print.h"
#include "clients/kyc/message_text.h"

namespace kyc::client {

// "ERROR:\n  Code: NotFound\n  Message: ..." and each detail: as JSON, its type looked up in
// `types`, or as protobuf's own text.
std::string StatusText(const grpc::Status& status, const google::protobuf::DescriptorPool& types,
                       JsonStyle style = {}, Format format = Format::kJson);

}  // namespace kyc::client

#endif  // CLIENTS_KYC_STATUS_TEXT_H_
