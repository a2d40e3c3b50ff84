#include "tests/support/gateway_test.h"

#include <gmock/gmock.h>

#include "tests/support/planted.h"

namespace kyc::tests {

void GatewayTest::Start(GatewayOptions options, Simulator::Account account) {
  simulator_.emplace(account);
  if (options.finpay_url.empty()) options.finpay_url = simulator_->finpay_url();
  if (options.widekyc_url.empty()) options.widekyc_url = simulator_->widekyc_url();
  StartGateway(options);
}

void GatewayTest::StartGateway(const GatewayOptions& options) {
  files_.Configure(options);
  gateway_.emplace(files_);
  client_.emplace(gateway_->grpc_port(), transcript_);
}

absl::optional<int> GatewayTest::StopGateway() {
  stopped_ = true;
  said_ += gateway_->Metrics();
  const absl::optional<int> exit_status = gateway_->process().Stop();
  said_ += gateway_->process().StandardError() + gateway_->process().StandardOutput();
  return exit_status;
}

void GatewayTest::TearDown() {
  if (!gateway_.has_value()) return;
  if (!stopped_) {
    EXPECT_EQ(StopGateway(), 0) << gateway_->process().StandardError();
  }
  EXPECT_THAT(said_, testing::HasSubstr("serving"));
  EXPECT_THAT(PlantedIn(said_), testing::IsEmpty()) << "in log or metrics:\n" << said_;
  EXPECT_THAT(PlantedIn(transcript_.Text()), testing::IsEmpty()) << transcript_.Text();
}

}  // namespace kyc::tests
