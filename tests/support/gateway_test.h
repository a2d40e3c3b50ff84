// The fixture of tests that speak to a real gateway.
#ifndef TESTS_SUPPORT_GATEWAY_TEST_H_
#define TESTS_SUPPORT_GATEWAY_TEST_H_

#include <gtest/gtest.h>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "tests/support/client.h"
#include "tests/support/gateway.h"
#include "tests/support/gateway_files.h"
#include "tests/support/simulator.h"

namespace kyc::tests {

// At the end of every test it stops the gateway, which must drain and exit with 0, and reads all
// that it ever said (log, metrics page, errors to callers): nothing planted may be there.
class GatewayTest : public testing::Test {
 protected:
  // Starts a simulator, and a gateway that sends to it unless `options` has other addresses.
  void Start(GatewayOptions options = {}, Simulator::Account account = Simulator::Account::kFirst);
  // Starts a gateway alone.
  void StartGateway(const GatewayOptions& options);
  // SIGHUP, and waits until the gateway has said one more line that holds `said`.
  bool TellToLook(absl::string_view said) const;
  // Ends the gateway now. Its exit status.
  absl::optional<int> StopGateway();

  Simulator& simulator() { return *simulator_; }
  Gateway& gateway() { return *gateway_; }
  Client& client() { return *client_; }
  GatewayFiles& files() { return files_; }
  Transcript& transcript() { return transcript_; }

  void TearDown() override;

 private:
  GatewayFiles files_;
  Transcript transcript_;
  std::string said_;
  absl::optional<Simulator> simulator_;
  absl::optional<Gateway> gateway_;
  absl::optional<Client> client_;
  bool stopped_ = false;
};

}  // namespace kyc::tests

#endif  // TESTS_SUPPORT_GATEWAY_TEST_H_
