// Where keys are in the memory of a gateway that has used them, what is freed included: in locked
// pages, and nowhere else. Tokens, passwords and what is personal pass through libraries (libcurl,
// gRPC, Beast, libpq) that do not overwrite their buffers: SECURITY.md promises nothing of those.
#include "tests/secrecy/memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/support/files.h"
#include "tests/support/follower.h"
#include "tests/support/gateway.h"
#include "tests/support/gateway_files.h"
#include "tests/support/http.h"
#include "tests/support/planted.h"
#include "tests/support/requests.h"
#include "tests/support/simulator.h"

namespace kyc::tests {
namespace {

using testing::IsEmpty;

// 32 bytes each.
constexpr char kSealingKey[] = "planted-sealing-key-of-32-bytes.";
constexpr char kOldSealingKey[] = "planted-key-that-sealed-before..";
constexpr char kLookupKey[] = "planted-look-up-key-of-32-bytes.";

class MemoryTest : public testing::Test {
 protected:
  MemoryTest() {
    WriteFile(files_.path("sealing_key"), absl::Base64Escape(kSealingKey));
    WriteFile(files_.path("old_key"), absl::Base64Escape(kOldSealingKey));
    WriteFile(files_.path("lookup_key"), absl::Base64Escape(kLookupKey));
    GatewayOptions options;
    options.finpay_url = simulator_.finpay_url();
    options.widekyc_url = simulator_.widekyc_url();
    options.event_log = R"(sealing_keys { id: 2 key_file: "old_key" })";
    options.callers = R"(callers { name: "local" loopback: true allow_full_view: true })";
    files_.Configure(options);
    gateway_.emplace(
        files_, GatewayProgram{.environment = {absl::StrCat(
                                   "LD_PRELOAD=", RunfilePath("tests/secrecy/libreadable.so"))}});
    client_.emplace(gateway_->grpc_port(), transcript_);
  }

  // Has every key used.
  void UseAll() {
    for (int i = 0; i < 20; ++i) {
      WidgetRequest widget = Widget();
      widget.set_request_id(absl::StrCat("call-", i));
      client_->CreateWidget(widget);
      client_->DetectLiveness(Liveness());
      const std::string body = absl::StrCat(R"({"originalReferenceNo":")", kReferenceMark, i,
                                            R"(","status":"approved"})");
      EXPECT_EQ(Post(gateway_->webhook_port(), "/v1.0/snap/account/upgrade/notify",
                     {"Content-Type: application/json",
                      absl::StrCat("x-callback-token: ", kCallbackToken)},
                     body)
                    .status,
                200);
    }
    Follower follower;
    ASSERT_TRUE(follower.CatchUpTo(20, gateway_->grpc_port()));
    follower.CatchUp(gateway_->grpc_port());  // From its cursor.
  }
  // Replaces a file, and waits until that is used.
  void Replace(const std::string& name, absl::string_view content) {
    const std::string count = "kyc_config_reloads_total{result=\"ok\"} ";
    const double before = gateway_->Metric(count);
    WriteFile(files_.path("new"), content);
    Rename(files_.path("new"), files_.path(name));
    gateway_->process().Signal(SIGHUP);
    const absl::Time end = absl::Now() + kPatience;
    while (gateway_->Metric(count) <= before && absl::Now() < end) {
      absl::SleepFor(absl::Milliseconds(20));  // So as not to keep the machine busy.
    }
    EXPECT_GT(gateway_->Metric(count), before);
  }

  GatewayFiles files_;
  Transcript transcript_;
  Simulator simulator_;
  absl::optional<Gateway> gateway_;
  absl::optional<Client> client_;
};

TEST_F(MemoryTest, KeysAreInLockedMemoryOnly) {
  UseAll();
  const std::vector<Region> memory = ReadMemory(gateway_->process());
  for (const std::string key : {kSealingKey, kOldSealingKey, kLookupKey}) {
    const Places raw = PlacesOf(key, memory);
    EXPECT_LE(raw.locked, 1) << key;  // Of the look-up key only what is derived from it stays.
    EXPECT_THAT(raw.elsewhere, IsEmpty()) << key;
    EXPECT_THAT(PlacesOf(absl::Base64Escape(key), memory).elsewhere, IsEmpty()) << key;
  }
  for (const std::string key : {kFieldKey, kFieldIv}) {
    const Places places = PlacesOf(key, memory);
    EXPECT_GE(places.locked, 1) << key;
    EXPECT_THAT(places.elsewhere, IsEmpty()) << key;
  }
  // The search itself is not blind.
  EXPECT_EQ(PlacesOf(kSealingKey, memory).locked, 1);
  EXPECT_THAT(PlacesOf("127.0.0.1", memory).elsewhere, Not(IsEmpty()));
}

TEST_F(MemoryTest, AKeyThatWasReplacedIsNowhere) {
  UseAll();
  Replace("field_key", "another-key-16by");
  Replace("field_iv", "another-iv-16byt");
  client_->CreateWidget(Widget());
  const std::vector<Region> memory = ReadMemory(gateway_->process());
  for (const std::string key : {kFieldKey, kFieldIv}) {
    const Places places = PlacesOf(key, memory);
    EXPECT_EQ(places.locked, 0) << key;
    EXPECT_THAT(places.elsewhere, IsEmpty()) << key;
  }
}

}  // namespace
}  // namespace kyc::tests
