// A server's descriptors, asked for one by one by gRPC server reflection.
#ifndef CLIENTS_KYC_REFLECTION_DATABASE_H_
#define CLIENTS_KYC_REFLECTION_DATABASE_H_

#include <google/protobuf/descriptor_database.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/kyc/raw_call.h"
#include "grpc/reflection/v1/reflection.grpc.pb.h"

namespace kyc::client {

// Holds one stream for its whole life; every look-up blocks for one answer. Files that came along
// are kept. Not thread-safe: a DescriptorPool over it takes its own lock for every look-up.
class ReflectionDatabase : public google::protobuf::DescriptorDatabase {
 public:
  ReflectionDatabase(const std::shared_ptr<grpc::Channel>& channel, const CallOptions& options);
  ~ReflectionDatabase() override;

  // Names of services, in the server's order.
  absl::StatusOr<std::vector<std::string>> ListServices();

  // Why the stream ended, if it did: then every look-up finds nothing.
  const absl::Status& stream_status() const { return stream_status_; }

  bool FindFileByName(const std::string& name,
                      google::protobuf::FileDescriptorProto* output) override;
  bool FindFileContainingSymbol(const std::string& symbol,
                                google::protobuf::FileDescriptorProto* output) override;
  bool FindFileContainingExtension(const std::string& type, int number,
                                   google::protobuf::FileDescriptorProto* output) override;

 private:
  using Request = ::grpc::reflection::v1::ServerReflectionRequest;
  using Response = ::grpc::reflection::v1::ServerReflectionResponse;

  bool Ask(const Request& request, Response& response);
  // Keeps the files of the answer.
  bool AskForFiles(const Request& request);

  grpc::ClientContext context_;
  std::unique_ptr<::grpc::reflection::v1::ServerReflection::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<Request, Response>> stream_;
  absl::Status stream_status_;
  std::map<std::string, google::protobuf::FileDescriptorProto> files_;
};

}  // namespace kyc::client

#endif  // CLIENTS_KYC_REFLECTION_DATABASE_H_
