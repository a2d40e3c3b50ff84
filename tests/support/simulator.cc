#include "tests/support/simulator.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <fstream>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "tests/support/files.h"
#include "tests/support/http.h"
#include "tests/support/planted.h"

namespace kyc::tests {
namespace {

using Account = Simulator::Account;

std::vector<std::string> Flags(const std::string& folder, Account account,
                               std::vector<std::string> more) {
  const bool first = account == Account::kFirst;
  WriteFile(folder + "/token", first ? kWideKycToken : kOtherWideKycToken);
  WriteFile(folder + "/pass", first ? kMerchantPass : kOtherMerchantPass);
  WriteFile(folder + "/key", kFieldKey);
  WriteFile(folder + "/iv", kFieldIv);
  WriteFile(folder + "/callback_token", kCallbackToken);
  std::vector<std::string> flags = {
      "--listen=127.0.0.1:0",
      "--widekyc-token-file=" + folder + "/token",
      absl::StrCat("--finpay-merchant-id=merchant-", first ? "first" : "second"),
      "--finpay-merchant-pass-file=" + folder + "/pass",
      "--finpay-key-file=" + folder + "/key",
      "--finpay-iv-file=" + folder + "/iv",
      "--callback-token-file=" + folder + "/callback_token"};
  flags.insert(flags.end(), more.begin(), more.end());
  // The last of a flag counts: without one of its own, a test gets no notifications.
  if (more.empty()) flags.push_back("--notify-url=");
  return flags;
}

// Whether the kernel lists the connection from `client` to `server` as established.
bool IsEstablished(uint16_t client, uint16_t server) {
  const std::string from = absl::StrFormat("0100007F:%04X", client);
  const std::string to = absl::StrFormat("0100007F:%04X", server);
  std::ifstream file("/proc/net/tcp");
  std::string number, local, remote, state, rest;
  while (file >> number >> local >> remote >> state && std::getline(file, rest)) {
    if (local == from && remote == to) return state == "01";
  }
  return false;
}

}  // namespace

Simulator::Simulator(Account account, std::vector<std::string> more)
    : folder_(MakeFolder("simulator")),
      process_("tools/simulator/simulator", Flags(folder_, account, std::move(more))) {
  static constexpr char kListening[] = "listening on 127.0.0.1:";
  const bool listens = process_.AwaitError(kListening) && process_.AwaitError("\n");
  std::string log = process_.StandardError();
  EXPECT_TRUE(listens) << "the simulator did not start; it said:\n" << log;
  const size_t at = log.find(kListening);
  int port = 0;
  if (at == log.npos) return;
  log.erase(0, at + sizeof(kListening) - 1);
  EXPECT_TRUE(absl::SimpleAtoi(log.substr(0, log.find('\n')), &port));
  port_ = static_cast<uint16_t>(port);
}

std::string Simulator::finpay_url() const {
  return absl::StrCat("http://127.0.0.1:", port_, "/finpay/api/v1.0");
}

std::string Simulator::widekyc_url() const {
  return absl::StrCat("http://127.0.0.1:", port_, "/widekyc");
}

boost::json::array Simulator::Received(const std::string& reference) const {
  const HttpAnswer answer = Get(port_, absl::StrCat("/sim/last?reference=", reference));
  return boost::json::parse(answer.body).at("requests").as_array();
}

boost::json::object Simulator::ReceivedOnce(const std::string& reference) const {
  const boost::json::array received = Received(reference);
  EXPECT_EQ(received.size(), 1U) << "requests with the reference " << reference;
  return received.size() == 1 ? received[0].as_object() : boost::json::object();
}

bool Simulator::AwaitClosed(const boost::json::object& received) const {
  const auto client = received.at("connection").to_number<uint16_t>();
  const absl::Time end = absl::Now() + kPatience;
  while (IsEstablished(client, port_)) {
    if (absl::Now() > end) return false;
  }
  return true;
}

int64_t Simulator::Count(const std::string& reference) const {
  const HttpAnswer answer = Get(port_, absl::StrCat("/sim/count?reference=", reference));
  return boost::json::parse(answer.body).at("count").as_int64();
}

}  // namespace kyc::tests
