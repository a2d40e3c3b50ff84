#include "clients/kyc/testing/fake_gateway.h"

#include <google/protobuf/descriptor.pb.h>
#include <grpcpp/server_builder.h>

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "netzme/v1/upgrade_notification.grpc.pb.h"
#include "widekyc/v1/widekyc.grpc.pb.h"

namespace kyc::client {
namespace {

namespace netzme = ::netzme::v1;
namespace reflection = ::grpc::reflection::v1;
namespace widekyc = ::widekyc::v1;
using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;

grpc::Status QuotaExceeded() {
  ::google::rpc::Status status;
  status.set_code(grpc::StatusCode::RESOURCE_EXHAUSTED);
  status.set_message("No quota is left [QUOTA_EXCEEDED]");
  ::google::rpc::ErrorInfo info;
  info.set_reason("QUOTA_EXCEEDED");
  info.set_domain("widekyc");
  (*info.mutable_metadata())["upstream"] = "widekyc";
  (*info.mutable_metadata())["outcome"] = "refused";
  status.add_details()->PackFrom(info);
  ::google::rpc::QuotaFailure failure;
  failure.add_violations()->set_subject("account:default");
  status.add_details()->PackFrom(failure);
  return grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, status.message(),
                      status.SerializeAsString());
}

void AddFile(const FileDescriptor* file, std::set<const FileDescriptor*>& added,
             reflection::FileDescriptorResponse& response) {
  if (!added.insert(file).second) return;
  google::protobuf::FileDescriptorProto proto;
  file->CopyTo(&proto);
  file->CopyJsonNameTo(&proto);
  response.add_file_descriptor_proto(proto.SerializeAsString());
  for (int i = 0; i < file->dependency_count(); ++i) AddFile(file->dependency(i), added, response);
}

class Reflection final : public reflection::ServerReflection::Service {
  using Stream = grpc::ServerReaderWriter<reflection::ServerReflectionResponse,
                                          reflection::ServerReflectionRequest>;

  grpc::Status ServerReflectionInfo(grpc::ServerContext*, Stream* stream) override {
    reflection::ServerReflectionRequest request;
    while (stream->Read(&request)) {
      reflection::ServerReflectionResponse response;
      Answer(request, response);
      stream->Write(response);
    }
    return grpc::Status::OK;
  }

  static void Answer(const reflection::ServerReflectionRequest& request,
                     reflection::ServerReflectionResponse& response) {
    if (request.has_list_services()) {
      for (const char* name :
           {"widekyc.v1.WideKycService", "netzme.v1.UpgradeNotificationService"}) {
        response.mutable_list_services_response()->add_service()->set_name(name);
      }
      return;
    }
    const DescriptorPool& pool = *DescriptorPool::generated_pool();
    const FileDescriptor* file =
        request.has_file_by_filename()
            ? pool.FindFileByName(request.file_by_filename())
            : pool.FindFileContainingSymbol(request.file_containing_symbol());
    if (file == nullptr) {
      response.mutable_error_response()->set_error_code(grpc::StatusCode::NOT_FOUND);
      response.mutable_error_response()->set_error_message("not here");
      return;
    }
    std::set<const FileDescriptor*> added;
    AddFile(file, added, *response.mutable_file_descriptor_response());
  }
};

}  // namespace

class FakeGateway::Services final : public widekyc::WideKycService::Service,
                                    public netzme::UpgradeNotificationService::Service {
 public:
  explicit Services(std::vector<WatchScript> scripts) : scripts_(std::move(scripts)) {}

  std::vector<netzme::WatchUpgradesRequest> watches() const {
    absl::MutexLock lock(&mutex_);
    return watches_;
  }

  std::string last_header() const {
    absl::MutexLock lock(&mutex_);
    return last_header_;
  }

  Reflection& reflection() { return reflection_; }

 private:
  grpc::Status DetectLiveness(grpc::ServerContext* context,
                              const widekyc::DetectLivenessRequest* request,
                              widekyc::DetectLivenessResponse* response) override {
    {
      absl::MutexLock lock(&mutex_);
      const auto header = context->client_metadata().find("x-test");
      if (header != context->client_metadata().end()) {
        last_header_ = std::string(header->second.data(), header->second.size());
      }
    }
    if (request->cust_ref_no() == "quota") return QuotaExceeded();
    response->set_live(true);
    auto& transaction = *response->mutable_transaction();
    transaction.set_status("success");
    transaction.set_ref_id(request->selfie_image());
    transaction.set_trx_id("<a&b> \"\xC3\xA9\"");
    transaction.mutable_timestamp()->set_seconds(1680060716);
    transaction.mutable_timestamp()->set_nanos(281'000'000);
    return grpc::Status::OK;
  }

  grpc::Status WatchUpgrades(grpc::ServerContext*, const netzme::WatchUpgradesRequest* request,
                             grpc::ServerWriter<netzme::WatchUpgradesResponse>* writer) override {
    size_t turn;
    {
      absl::MutexLock lock(&mutex_);
      turn = watches_.size();
      watches_.push_back(*request);
    }
    if (turn >= scripts_.size()) return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "over");
    for (const auto& message : scripts_[turn].messages) writer->Write(message);
    return scripts_[turn].end;
  }

  const std::vector<WatchScript> scripts_;
  Reflection reflection_;
  mutable absl::Mutex mutex_;
  std::vector<netzme::WatchUpgradesRequest> watches_ ABSL_GUARDED_BY(mutex_);
  std::string last_header_ ABSL_GUARDED_BY(mutex_);
};

FakeGateway::FakeGateway(std::vector<WatchScript> scripts)
    : services_(std::make_unique<Services>(std::move(scripts))) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
  builder.RegisterService(static_cast<widekyc::WideKycService::Service*>(services_.get()));
  builder.RegisterService(
      static_cast<netzme::UpgradeNotificationService::Service*>(services_.get()));
  builder.RegisterService(&services_->reflection());
  server_ = builder.BuildAndStart();
}

FakeGateway::~FakeGateway() { server_->Shutdown(); }

std::string FakeGateway::address() const { return absl::StrCat("127.0.0.1:", port_); }

std::vector<netzme::WatchUpgradesRequest> FakeGateway::watches() const {
  return services_->watches();
}

std::string FakeGateway::last_header() const { return services_->last_header(); }

}  // namespace kyc::client
