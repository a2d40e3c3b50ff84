#include "server/net/paced_line.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace kyc::net {
namespace {

const absl::Time kStart = absl::UnixEpoch() + absl::Hours(5);

std::vector<uint64_t> TakeAll(PacedLine& line, absl::Time now) {
  std::vector<uint64_t> taken;
  while (const auto next = line.Next(now)) taken.push_back(*next);
  return taken;
}

TEST(PacedLine, OneOfEachSourceInTurn) {
  PacedLine line({.a_second = 10, .at_once = 100, .of_one_source = 100});
  for (uint64_t id : {1, 2, 3}) line.Add("crowd", id, 1);
  line.Add("alone", 4, 1);
  line.Add("other", 5, 1);
  EXPECT_EQ(TakeAll(line, kStart), (std::vector<uint64_t>{1, 4, 5, 2, 3}));
  EXPECT_EQ(line.size(), 0u);
  EXPECT_EQ(line.NextTime(), absl::InfiniteFuture());
}

TEST(PacedLine, SoManyAtOnceThenSoManyASecond) {
  PacedLine line({.a_second = 10, .at_once = 3, .of_one_source = 100});
  for (uint64_t id = 1; id <= 20; ++id) line.Add("a", id, 1);
  EXPECT_EQ(TakeAll(line, kStart).size(), 3u);
  EXPECT_EQ(line.NextTime(), kStart + absl::Milliseconds(100));
  EXPECT_EQ(TakeAll(line, kStart + absl::Milliseconds(99)).size(), 0u);
  EXPECT_EQ(TakeAll(line, kStart + absl::Milliseconds(301)).size(), 3u);
  EXPECT_EQ(TakeAll(line, kStart + absl::Hours(1)).size(), 3u) << "no more are saved";
}

TEST(PacedLine, DearOnesCountForMore) {
  PacedLine line({.a_second = 10, .at_once = 5, .of_one_source = 100});
  for (uint64_t id = 1; id <= 20; ++id) line.Add("a", id, 3);
  EXPECT_EQ(TakeAll(line, kStart).size(), 2u);
  EXPECT_EQ(TakeAll(line, kStart + absl::Seconds(1)).size(), 2u);
}

TEST(PacedLine, OfOneSourceOnlySoManyWait) {
  PacedLine line({.a_second = 1, .at_once = 1, .of_one_source = 2});
  EXPECT_TRUE(line.Add("a", 1, 1));
  EXPECT_TRUE(line.Add("a", 2, 1));
  EXPECT_FALSE(line.Add("a", 3, 1));
  EXPECT_TRUE(line.Add("b", 4, 1));
  line.Remove("a", 1);
  EXPECT_TRUE(line.Add("a", 5, 1));
}

// Against all that can be said of it: whoever is in comes out once, in the order of its source.
TEST(PacedLine, NobodyIsLostOrComesTwice) {
  std::mt19937 random(12);
  PacedLine line({.a_second = 50, .at_once = 7, .of_one_source = 10});
  std::vector<std::set<uint64_t>> waiting(5);
  absl::Time now = kStart;
  for (uint64_t id = 1; id < 20'000; ++id) {
    const size_t source = random() % waiting.size();
    const std::string name = absl::StrCat(source);
    switch (random() % 3) {
      case 0: {
        const bool fits = waiting[source].size() < 10;
        ASSERT_EQ(line.Add(name, id, 1 + static_cast<int>(random() % 2)), fits);
        if (fits) waiting[source].insert(id);
        break;
      }
      case 1:
        if (waiting[source].empty()) break;
        line.Remove(name, *waiting[source].rbegin());
        waiting[source].erase(*waiting[source].rbegin());
        break;
      default:
        now += absl::Milliseconds(random() % 40);
        while (const auto next = line.Next(now)) {
          size_t erased = 0;
          for (auto& of : waiting) {
            if (!of.empty() && *of.begin() == *next) erased += of.erase(*next);
          }
          ASSERT_EQ(erased, 1u);
        }
    }
    size_t in_all = 0;
    for (const auto& of : waiting) in_all += of.size();
    ASSERT_EQ(line.size(), in_all);
    ASSERT_EQ(line.NextTime() == absl::InfiniteFuture(), in_all == 0);
  }
}

}  // namespace
}  // namespace kyc::net
