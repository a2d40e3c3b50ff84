// What callers get for everything that the simulated upstreams can do, in one golden table.
//
// To update it: KYC_UPDATE_GOLDEN=1 bazel run //tests/errors:table_test. Then read every line that
// changed: each is a promise.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "tests/errors/magic_table.h"
#include "tests/support/files.h"
#include "tests/support/gateway_test.h"
#include "tests/support/requests.h"

namespace kyc::tests {
namespace {

constexpr char kGolden[] = "tests/errors/errors.golden";
constexpr size_t kThreads = 8;

// A call as the table shows it.
struct Row {
  ErrorView error;
  std::string answer = "-";  // What stands in a response.
};

// The details, with what they say in brackets.
std::string Details(const ErrorView& error) {
  if (error.retry_after) {
    return absl::StrCat(error.details, "(", absl::FormatDuration(*error.retry_after), ")");
  }
  if (error.violations.empty()) return error.details;
  return absl::StrCat(error.details, "(", absl::StrJoin(error.violations, "; "), ")");
}

std::string Line(const MagicCall& call, const Row& row) {
  const ErrorView& error = row.error;
  return absl::StrFormat("%-16s  %-22s  %-19s  %-29s  %-8s  %-4s  %-10s  %s  %s", call.endpoint,
                         call.magic, error.code, error.reason.empty() ? "-" : error.reason,
                         error.Meta("outcome"), error.Meta("httpStatus"),
                         error.Meta("upstreamCode"), Details(error), row.answer);
}

// After these the simulator closes the connection, which another call may just be using: that one
// would be lost too, as it must be.
bool ClosesUnannounced(const MagicCall& call) {
  static const auto& kMagic =
      *new std::set<std::string>{"sim-idle-close", "sim-wrong-length", "0904", "0911"};
  return kMagic.count(call.magic) > 0;
}

class TableTest : public GatewayTest {
 protected:
  Row Send(const MagicCall& call);
  std::string Reference(const MagicCall& call);
  std::vector<std::string> Lines(const std::vector<MagicCall>& calls);
};

std::string TableTest::Reference(const MagicCall& call) {
  if (call.endpoint == "widget") return Widget(call.magic).partner_reference_no();
  const bool by_nik = call.endpoint == "id-validation" && call.magic[0] == '9';
  return Liveness(absl::StrCat(by_nik ? "nik-" : "", call.magic, "-", call.endpoint)).cust_ref_no();
}

Row TableTest::Send(const MagicCall& call) {
  const std::string reference = Reference(call);
  if (call.endpoint == "widget") {
    const auto reply = client().CreateWidget(Widget(call.magic));
    return {reply.error, reply.ok() ? Outcome_Name(reply.response.outcome()) : "-"};
  }
  if (call.endpoint == "passive-liveness") {
    LivenessRequest request = Liveness();
    request.set_cust_ref_no(reference);
    const auto reply = client().DetectLiveness(request);
    return {reply.error, reply.ok() ? absl::StrCat("live: ", reply.response.live()) : "-"};
  }
  if (call.endpoint == "id-recognize") {
    RecognizeRequest request = Recognize();
    request.set_cust_ref_no(reference);
    const auto reply = client().RecognizeId(request);
    return {reply.error, reply.ok() ? "nama: " + reply.response.id_card().nama() : "-"};
  }
  ValidateRequest request = Validate("ref", call.magic[0] == '9' ? call.magic : "0001");
  request.set_cust_ref_no(reference);
  auto reply = client().ValidateId(request);
  reply.response.clear_transaction();
  const std::string answer(absl::StripSuffix(reply.response.ShortDebugString(), " "));
  return {reply.error, reply.ok() && !answer.empty() ? answer : "-"};
}

std::vector<std::string> TableTest::Lines(const std::vector<MagicCall>& calls) {
  std::vector<std::string> lines(calls.size());
  std::atomic<size_t> next = 0;
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (size_t at; (at = next++) < calls.size();) {
        if (!ClosesUnannounced(calls[at])) lines[at] = Line(calls[at], Send(calls[at]));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t at = 0; at < calls.size(); ++at) {
    if (!ClosesUnannounced(calls[at])) continue;
    lines[at] = Line(calls[at], Send(calls[at]));
    EXPECT_TRUE(simulator().AwaitClosed(simulator().ReceivedOnce(Reference(calls[at]))));
  }
  return lines;
}

std::string Table(const std::vector<std::string>& lines) {
  return absl::StrCat(
      "# endpoint, magic value, code, reason, outcome, httpStatus, upstreamCode, details, "
      "response\n",
      absl::StrJoin(lines, "\n"), "\n");
}

// Whether the table was written anew instead of compared.
bool Update(const std::string& table) {
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  if (std::getenv("KYC_UPDATE_GOLDEN") == nullptr || workspace == nullptr) return false;
  WriteFile(absl::StrCat(workspace, "/", kGolden), table, 0644);
  return true;
}

TEST_F(TableTest, EveryMagicValueGivesItsRow) {
  const std::string no_breaker = "breaker { disabled: true }";
  Start({.finpay_upstream = no_breaker + " attempt_timeout { seconds: 4 }",
         .widekyc_upstream = no_breaker});
  const std::vector<MagicCall> calls = ListMagicCalls();
  ASSERT_GT(calls.size(), 200U);
  const std::vector<std::string> lines = Lines(calls);
  for (const MagicCall& call : calls) {
    EXPECT_LE(simulator().Count(Reference(call)), 1) << call.magic << " was delivered twice";
  }
  EXPECT_EQ(simulator().Count("/sim/redirected"), 0) << "a redirect was followed";
  if (Update(Table(lines))) GTEST_SKIP() << kGolden << " is written: read what changed.";
  const std::string golden = ReadFile(RunfilePath(kGolden));
  ASSERT_NE(golden, "");
  EXPECT_EQ(Table(lines), golden);
}

}  // namespace
}  // namespace kyc::tests
