#include "tools/benchmarks/upstream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tools/benchmarks/measure.h"
#include "tools/benchmarks/poller.h"
#include "tools/benchmarks/post_connection.h"

namespace kyc::bench {
namespace {

using ::testing::ElementsAre;

constexpr double kPatience = 30;

// The statuses of these bodies, posted one after the other on one connection.
std::vector<int> Statuses(const UpstreamBehaviour& behaviour,
                          const std::vector<std::string>& bodies) {
  const absl::StatusOr<Upstream> upstream = Upstream::Start(behaviour);
  if (!upstream.ok()) return {};
  Poller poller;
  std::vector<int> statuses;
  auto connection = PostConnection::Open(
      poller, upstream->port(), "/", "",
      [&](const PostConnection::Reply& reply) { statuses.push_back(reply.status); });
  if (!connection.ok()) return {};
  for (const std::string& body : bodies) {
    (*connection)->Post(body);
    if (!RunUntil(poller, kPatience, [&] { return !(*connection)->busy(); })) return {};
  }
  return statuses;
}

TEST(Upstream, WhatIsAsExpectedIsAnswered) {
  const UpstreamBehaviour behaviour{
      .reply = "{}", .expected_text = "face", .expected_body_bytes = 6};
  EXPECT_THAT(Statuses(behaviour, {"[face]", "[FACE]"}), ElementsAre(200, 200));
}

TEST(Upstream, AnotherFirstBodyIsRefused) {
  const UpstreamBehaviour behaviour{
      .reply = "{}", .expected_text = "face", .expected_body_bytes = 6};
  EXPECT_THAT(Statuses(behaviour, {"[FACE]"}), ElementsAre(500));
}

TEST(Upstream, AnotherLengthIsRefusedAlways) {
  const UpstreamBehaviour behaviour{
      .reply = "{}", .expected_text = "face", .expected_body_bytes = 6};
  EXPECT_THAT(Statuses(behaviour, {"[face]", "[face]!", "[face]"}), ElementsAre(200, 500, 200));
}

}  // namespace
}  // namespace kyc::bench
