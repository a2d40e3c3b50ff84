#include "tests/support/many_calls.h"

#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>

#include <utility>

#include "absl/time/clock.h"

namespace kyc::tests {
namespace {

// More connections would only cost more memory, fewer would share one flow-control window.
constexpr size_t kChannels = 4;

}  // namespace

struct ManyCalls::Call {
  grpc::ClientContext context;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
  grpc::ByteBuffer response;
  grpc::Status status;
};

ManyCalls::ManyCalls(uint16_t port, const std::string& method, const grpc::Slice& request,
                     size_t count, Transcript& transcript)
    : transcript_(transcript) {
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs;
  for (size_t i = 0; i < kChannels; ++i) {
    stubs.push_back(std::make_unique<grpc::GenericStub>(OpenChannel(port)));
  }
  const grpc::ByteBuffer bytes(&request, 1);
  for (size_t i = 0; i < count; ++i) {
    Call& call = *calls_.emplace_back(std::make_unique<Call>());
    call.context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
    call.reader = stubs[i % kChannels]->PrepareUnaryCall(&call.context, method, bytes, &queue_);
    call.reader->StartCall();
    call.reader->Finish(&call.response, &call.status, &call);
  }
  thread_ = std::thread([this] { Collect(); });
}

ManyCalls::~ManyCalls() {
  CancelAll();
  AwaitEnded(calls_.size());
  queue_.Shutdown();
  thread_.join();
}

void ManyCalls::Collect() {
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
    const Call& call = *static_cast<Call*>(tag);
    ErrorView view = transcript_.Add(call.status);
    const std::lock_guard lock(mutex_);
    ended_.push_back(std::move(view));
    changed_.notify_all();
  }
}

bool ManyCalls::AwaitEnded(size_t count) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, absl::ToChronoSeconds(kPatience),
                           [&] { return ended_.size() >= count; });
}

std::vector<ErrorView> ManyCalls::Ended() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}

void ManyCalls::CancelAll() {
  for (const auto& call : calls_) call->context.TryCancel();
}

}  // namespace kyc::tests
