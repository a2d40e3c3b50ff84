#include "server/rpc/health.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/types/optional.h"
#include "grpc/health/v1/health.pb.h"
#include "server/rpc/refusals.h"

namespace kyc::rpc {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using grpc::health::v1::HealthListRequest;
using grpc::health::v1::HealthListResponse;
using Status = HealthCheckResponse::ServingStatus;

Status StatusOf(const ServingState& state) {
  return state.serving() ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
}

// One Watch: the status now and again when it changes. What changes while a message is on its way
// is sent after it.
class Watch final : public Producer {
 public:
  Watch(Stream* stream, bool known, std::shared_ptr<ServingState> state)
      : stream_(stream), known_(known), state_(std::move(state)) {
    state_->Follow(this, [this] { Tell(); });
    Tell();
  }
  ~Watch() override { state_->Unfollow(this); }

  void OnWritten() override {
    writing_ = false;
    Tell();
  }

  void OnDrain() override {
    draining_ = true;
    if (!writing_) Tell();
  }

 private:
  void Tell() {
    if (writing_) return;
    const Status status = known_ ? StatusOf(*state_) : HealthCheckResponse::SERVICE_UNKNOWN;
    if (told_ != status) {
      told_ = status;
      HealthCheckResponse response;
      response.set_status(status);
      writing_ = true;
      stream_->Write(Serialize(response));
    }
    if (draining_) stream_->Finish(Draining(Outcome::kNotSent));
  }

  Stream* const stream_;
  const bool known_;
  const std::shared_ptr<ServingState> state_;
  absl::optional<Status> told_;
  bool writing_ = false;
  bool draining_ = false;
};

}  // namespace

std::vector<Method> HealthMethods(std::vector<std::string> services,
                                  std::shared_ptr<ServingState> state) {
  services.push_back("");
  const auto known = [services](const std::string& name) {
    return absl::c_linear_search(services, name);
  };
  std::vector<Method> methods;
  methods.push_back(Unary<HealthCheckRequest, HealthCheckResponse>(
      "/grpc.health.v1.Health/Check",
      [known, state](CallContext, HealthCheckRequest request, Done<HealthCheckResponse> done) {
        if (!known(request.service())) return std::move(done)(ServiceNotFound());
        HealthCheckResponse response;
        response.set_status(StatusOf(*state));
        std::move(done)(std::move(response));
      }));
  methods.push_back(Unary<HealthListRequest, HealthListResponse>(
      "/grpc.health.v1.Health/List",
      [services, state](CallContext, HealthListRequest, Done<HealthListResponse> done) {
        HealthListResponse response;
        for (const std::string& name : services) {
          (*response.mutable_statuses())[name].set_status(StatusOf(*state));
        }
        std::move(done)(std::move(response));
      }));
  methods.push_back(ServerStream<HealthCheckRequest>(
      "/grpc.health.v1.Health/Watch",
      [known, state](Stream* stream,
                     HealthCheckRequest request) -> absl::StatusOr<std::unique_ptr<Producer>> {
        return std::make_unique<Watch>(stream, known(request.service()), state);
      }));
  for (Method& method : methods) method.needs_caller = false;
  return methods;
}

}  // namespace kyc::rpc
