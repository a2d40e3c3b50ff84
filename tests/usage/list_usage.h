// What a gateway says was used.
#ifndef TESTS_USAGE_LIST_USAGE_H_
#define TESTS_USAGE_LIST_USAGE_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "kyc/admin/v1/usage.pb.h"
#include "tests/support/child_process.h"
#include "tests/support/client.h"

namespace kyc::tests {

// Of all days around now, as one page.
inline admin::v1::ListUsageResponse ListUsage(Client& client,
                                              const std::vector<admin::v1::UsageGroup>& groups) {
  const auto day = [](absl::Time time) {
    return absl::FormatTime("%Y-%m-%d", time, absl::UTCTimeZone());
  };
  admin::v1::ListUsageRequest request;
  request.set_from_date(day(absl::Now() - absl::Hours(24)));
  request.set_to_date(day(absl::Now() + absl::Hours(48)));
  for (const auto group : groups) request.add_group_by(group);
  const auto reply =
      client.Raw("/kyc.admin.v1.UsageService/ListUsage", request.SerializeAsString());
  EXPECT_EQ(reply.error.Summary(), "OK");
  admin::v1::ListUsageResponse response;
  EXPECT_TRUE(response.ParseFromString(reply.response));
  return response;
}

// How many calls are stored.
inline int64_t StoredCalls(Client& client) {
  const auto response = ListUsage(client, {});
  return response.rows_size() == 0 ? 0 : response.rows(0).calls();
}

inline void AwaitStoredCalls(Client& client, int64_t calls) {
  const absl::Time end = absl::Now() + kPatience;
  while (StoredCalls(client) < calls && absl::Now() < end) std::this_thread::yield();
  EXPECT_GE(StoredCalls(client), calls);
}

}  // namespace kyc::tests

#endif  // TESTS_USAGE_LIST_USAGE_H_
