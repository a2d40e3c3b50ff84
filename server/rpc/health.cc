#include "server/rpc/health.h"

#include <memory>
#include <utility>

#include "absl/algorithm/container.h"
#include "grpc/health/v1/health.pb.h"
#include "server/call/error.h"

namespace kyc::rpc {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// One Watch: the state now, NOT_SERVING when the server drains.
class Watch final : public Producer {
 public:
  Watch(Stream* stream, bool known) : stream_(stream) {
    Send(known ? HealthCheckResponse::SERVING : HealthCheckResponse::SERVICE_UNKNOWN);
  }

  void OnWritten() override {
    writing_ = false;
    if (draining_) End();
  }

  void OnDrain() override {
    draining_ = true;
    if (!writing_) End();
  }

 private:
  void Send(HealthCheckResponse::ServingStatus status) {
    HealthCheckResponse response;
    response.set_status(status);
    writing_ = true;
    stream_->Write(Serialize(response));
  }

  void End() {
    Send(HealthCheckResponse::NOT_SERVING);
    stream_->Finish(absl::UnavailableError("This server is shutting down [SERVER_DRAINING]."));
  }

  Stream* const stream_;
  bool writing_ = false;
  bool draining_ = false;
};

}  // namespace

std::vector<Method> HealthMethods(std::vector<std::string> services) {
  services.push_back("");
  const auto known = [services](const std::string& name) {
    return absl::c_linear_search(services, name);
  };
  std::vector<Method> methods;
  methods.push_back(Unary<HealthCheckRequest, HealthCheckResponse>(
      "/grpc.health.v1.Health/Check",
      [known](CallContext, HealthCheckRequest request, Done<HealthCheckResponse> done) {
        if (!known(request.service())) {
          return std::move(done)(absl::NotFoundError("No such service is served here."));
        }
        HealthCheckResponse response;
        response.set_status(HealthCheckResponse::SERVING);
        std::move(done)(std::move(response));
      }));
  methods.push_back(ServerStream<HealthCheckRequest>(
      "/grpc.health.v1.Health/Watch",
      [known](Stream* stream,
              HealthCheckRequest request) -> absl::StatusOr<std::unique_ptr<Producer>> {
        return std::make_unique<Watch>(stream, known(request.service()));
      }));
  for (Method& method : methods) method.needs_caller = false;
  return methods;
}

}  // namespace kyc::rpc
