// Client of KYC Gateway: calls with typed errors, and a watch that never ends by itself. What it
// does is said in clients/README.md.
#ifndef CLIENTS_CPP_GATEWAY_H_
#define CLIENTS_CPP_GATEWAY_H_

#include <memory>

#include "absl/time/time.h"
#include "clients/cpp/cursor_store.h"
#include "clients/cpp/error.h"
#include "clients/cpp/target.h"
#include "clients/cpp/watch.h"
#include "finpay/linkage/v1/linkage.grpc.pb.h"
#include "netzme/v1/upgrade_notification.grpc.pb.h"
#include "widekyc/v1/widekyc.grpc.pb.h"

namespace kyc_gateway {

// Calls and watches of one gateway. Thread-safe; calls block. `timeout` bounds a call with its
// repeats. A call of finpay or widekyc puts a request_id into a request that has none, and so
// repeats of the same request are one call.
class Gateway {
 public:
  explicit Gateway(Target target, absl::Duration timeout = absl::Seconds(30));

  // For stubs of what has no method here: kyc.admin.v1, health.
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

  Answer<finpay::linkage::v1::CreateUpgradeAccountWidgetResponse> CreateUpgradeAccountWidget(
      finpay::linkage::v1::CreateUpgradeAccountWidgetRequest& request);
  Answer<widekyc::v1::DetectLivenessResponse> DetectLiveness(
      widekyc::v1::DetectLivenessRequest& request);
  Answer<widekyc::v1::RecognizeIdResponse> RecognizeId(widekyc::v1::RecognizeIdRequest& request);
  Answer<widekyc::v1::ValidateIdResponse> ValidateId(widekyc::v1::ValidateIdRequest& request);
  Answer<netzme::v1::GetUpgradeResponse> GetUpgrade(const netzme::v1::GetUpgradeRequest& request);
  Answer<netzme::v1::ListUpgradesResponse> ListUpgrades(
      const netzme::v1::ListUpgradesRequest& request);

  // Each stream has a connection of its own. The store outlives the watch.
  std::unique_ptr<Watch> WatchUpgrades(CursorStore& cursors, WatchOptions options = {});

 private:
  const Target target_;
  const absl::Duration timeout_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<finpay::linkage::v1::UpgradeAccountService::Stub> finpay_;
  const std::unique_ptr<widekyc::v1::WideKycService::Stub> widekyc_;
  const std::unique_ptr<netzme::v1::UpgradeNotificationService::Stub> netzme_;
};

}  // namespace kyc_gateway

#endif  // CLIENTS_CPP_GATEWAY_H_
