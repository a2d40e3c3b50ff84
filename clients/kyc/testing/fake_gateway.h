// A small server with our services, for the tests of clients.
#ifndef CLIENTS_KYC_TESTING_FAKE_GATEWAY_H_
#define CLIENTS_KYC_TESTING_FAKE_GATEWAY_H_

#include <grpcpp/server.h>

#include <memory>
#include <string>
#include <vector>

#include "netzme/v1/upgrade_notification.pb.h"

namespace kyc::client {

// What one WatchUpgrades stream sends, and how it ends.
struct WatchScript {
  std::vector<::netzme::v1::WatchUpgradesResponse> messages;
  grpc::Status end;
};

// Listens on a free loopback port until it is destroyed. DetectLiveness answers true; for the
// cust_ref_no "quota" it fails with ErrorInfo and QuotaFailure. The nth watch follows the nth
// script; after the last one watches end with INVALID_ARGUMENT. Reflection v1 describes it all.
class FakeGateway {
 public:
  explicit FakeGateway(std::vector<WatchScript> scripts = {});
  ~FakeGateway();

  std::string address() const;
  std::vector<::netzme::v1::WatchUpgradesRequest> watches() const;
  // The header x-test of the last DetectLiveness.
  std::string last_header() const;

 private:
  class Services;
  std::unique_ptr<Services> services_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

}  // namespace kyc::client

#endif  // CLIENTS_KYC_TESTING_FAKE_GATEWAY_H_
