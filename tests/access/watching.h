// One open WatchUpgrades.
#ifndef TESTS_ACCESS_WATCHING_H_
#define TESTS_ACCESS_WATCHING_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <memory>
#include <string>

#include "netzme/v1/upgrade_notification.grpc.pb.h"

namespace kyc::tests {

// Used by one thread; every method blocks until there is something to tell.
class Watching {
 public:
  // `authorization` is the header's value, if any.
  explicit Watching(const std::shared_ptr<grpc::Channel>& channel,
                    ::netzme::v1::View view = ::netzme::v1::VIEW_BASIC,
                    const std::string& authorization = "")
      : stub_(::netzme::v1::UpgradeNotificationService::NewStub(channel)) {
    if (!authorization.empty()) context_.AddMetadata("authorization", authorization);
    ::netzme::v1::WatchUpgradesRequest request;
    request.set_view(view);
    reader_ = stub_->WatchUpgrades(&context_, request);
  }
  ~Watching() { context_.TryCancel(); }

  // Whether its first message came.
  bool AwaitStarted() {
    ::netzme::v1::WatchUpgradesResponse response;
    return reader_->Read(&response) && response.has_started();
  }
  // Whether a message with events came.
  bool AwaitEvent() {
    ::netzme::v1::WatchUpgradesResponse response;
    while (reader_->Read(&response)) {
      if (response.has_events()) return true;
    }
    return false;
  }
  void Cancel() { context_.TryCancel(); }
  // Reads on to its end: why it ended.
  grpc::Status AwaitEnd() {
    ::netzme::v1::WatchUpgradesResponse response;
    while (reader_->Read(&response)) {
    }
    return reader_->Finish();
  }

 private:
  std::unique_ptr<::netzme::v1::UpgradeNotificationService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<::netzme::v1::WatchUpgradesResponse>> reader_;
};

}  // namespace kyc::tests

#endif  // TESTS_ACCESS_WATCHING_H_
