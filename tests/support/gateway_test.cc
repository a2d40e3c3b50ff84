#include "tests/support/gateway_test.h"

#include <gmock/gmock.h>
#include <signal.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "absl/strings/match.h"
#include "tests/support/files.h"
#include "tests/support/http.h"
#include "tests/support/planted.h"

namespace kyc::tests {
namespace {

// All that the event log, its write-ahead log and its backups are on disk now.
std::string StoredIn(const std::string& folder) {
  std::string stored;
  std::error_code gone;  // A gateway that goes on may remove some.
  for (std::filesystem::directory_iterator at(folder, gone), end; at != end; at.increment(gone)) {
    const bool is_of_the_log = absl::StartsWith(at->path().filename().string(), "events");
    if (is_of_the_log && at->is_regular_file(gone)) stored += ReadFile(at->path());
  }
  return stored;
}

}  // namespace

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

bool GatewayTest::TellToLook(absl::string_view said) const {
  const ChildProcess& process = gateway_->process();
  const int before = process.ErrorCount(said);
  process.Signal(SIGHUP);
  return process.AwaitError(said, before + 1);
}

absl::optional<int> GatewayTest::StopGateway() {
  stopped_ = true;
  for (const char* page : {"/", "/metrics", "/calls", "/healthz", "/readyz"}) {
    said_ += Get(gateway_->admin_port(), page).body;
  }
  std::string stored = StoredIn(files_.path(""));
  const absl::optional<int> exit_status = gateway_->process().Stop();
  said_ += gateway_->process().StandardError() + gateway_->process().StandardOutput();
  stored += StoredIn(files_.path(""));
  EXPECT_THAT(PlantedIn(stored), testing::IsEmpty()) << "in the event log or a backup";
  return exit_status;
}

void GatewayTest::TearDown() {
  if (!gateway_.has_value()) return;
  if (!stopped_) {
    EXPECT_EQ(StopGateway(), 0) << gateway_->process().StandardError();
  }
  EXPECT_THAT(said_, testing::HasSubstr("serving"));
  EXPECT_THAT(PlantedIn(said_), testing::IsEmpty()) << "in log or pages:\n" << said_;
  EXPECT_THAT(PlantedIn(transcript_.Text()), testing::IsEmpty()) << transcript_.Text();
}

}  // namespace kyc::tests
