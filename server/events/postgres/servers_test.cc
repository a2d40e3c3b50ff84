#include "server/events/postgres/servers.h"

#include <gtest/gtest.h>

#include "server/call/error.h"

namespace kyc::events::postgres {
namespace {

constexpr Seen kStandby = {false, 0, 7};

Seen Primary(int64_t timeline, int64_t system = 7) { return {true, timeline, system}; }

TEST(ChoosePrimary, TakesTheHighestTimelineOfOurSystem) {
  const struct {
    std::vector<absl::optional<Seen>> hosts;
    Known known;
    int chosen;  // -1: none.
  } cases[] = {
      {{Primary(1)}, {}, 0},
      {{kStandby, Primary(1), kStandby}, {}, 1},
      {{Primary(1), Primary(2)}, {}, 1},
      {{Primary(2), Primary(1)}, {}, 0},
      {{Primary(1), absl::nullopt}, {2, 7}, -1},
      {{Primary(1), Primary(2)}, {2, 7}, 1},
      {{Primary(3, 8), Primary(2)}, {2, 7}, 1},
      {{Primary(3, 8)}, {2, 7}, -1},
      {{kStandby, kStandby}, {}, -1},
      {{absl::nullopt, absl::nullopt}, {}, -1},
      {{}, {}, -1},
  };
  for (const auto& c : cases) {
    const absl::StatusOr<size_t> chosen = ChoosePrimary(c.hosts, c.known);
    EXPECT_EQ(chosen.ok() ? static_cast<int>(*chosen) : -1, c.chosen) << &c - cases;
    if (!chosen.ok()) {
      EXPECT_EQ(ReasonOf(chosen.status()), "LOG_UNREACHABLE");
    }
  }
}

TEST(PrimariesAmong, CountsWhoTakesWrites) {
  EXPECT_EQ(PrimariesAmong({Primary(1), kStandby, absl::nullopt, Primary(2)}), 2);
}

TEST(HostsOf, EachHostGetsItsOwnPortAndAllElse) {
  const auto hosts = HostsOf("host=a,b port=1,2 dbname=kyc target_session_attrs=read-write");
  ASSERT_TRUE(hosts.ok()) << hosts.status();
  ASSERT_EQ(hosts->size(), 2u);
  EXPECT_EQ(HostName((*hosts)[0]), "a:1");
  EXPECT_EQ(HostName((*hosts)[1]), "b:2");
  EXPECT_EQ(ValueOf((*hosts)[1], "dbname"), "kyc");
  EXPECT_EQ(ValueOf((*hosts)[1], "target_session_attrs"), "") << "which one leads is ours to find";
  EXPECT_EQ(HostName(HostsOf("host=a,b port=3").value()[1]), "b:3") << "one port stands for all";
  EXPECT_EQ(HostName(HostsOf("host=a").value()[0]), "a:5432");
  EXPECT_EQ(HostsOf("host").status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace kyc::events::postgres
