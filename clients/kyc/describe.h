// Descriptors as proto source, the way grpcurl prints them. Pure.
#ifndef CLIENTS_KYC_DESCRIBE_H_
#define CLIENTS_KYC_DESCRIBE_H_

#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace kyc::client {

// "widekyc.v1.Transaction is a message:" and its source. NOT_FOUND if the pool has no such symbol.
absl::StatusOr<std::string> Describe(const google::protobuf::DescriptorPool& pool,
                                     const std::string& symbol);

// Full names, sorted.
std::vector<std::string> MethodNames(const google::protobuf::ServiceDescriptor& service);

}  // namespace kyc::client

#endif  // CLIENTS_KYC_DESCRIBE_H_
