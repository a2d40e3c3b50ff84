#include "server/events/postgres/host_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kyc::events::postgres {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

HostSettings Good(const std::string& host) {
  return {host, "on", "on", "on", "on", "ANY 1 (a,b)", true, host == "a", false};
}
HostSettings UnderPatroni(const std::string& host, const std::string& names) {
  HostSettings settings = Good(host);
  settings.synchronous_standby_names = names;
  settings.under_patroni = true;
  return settings;
}
const Durability kStandbys = {Durability::By::kStandbys, 1, {"a", "b"}};
const Durability kLocal = {Durability::By::kLocal, 0, {}};

TEST(FaultsOf, NothingIsWrongWithServersThatAreAsTheyMustBe) {
  EXPECT_THAT(FaultsOf({Good("a"), Good("b")}, {"a", "b"}, kStandbys), IsEmpty());
}

TEST(FaultsOf, EachIsNamedWithItsServer) {
  const struct {
    void (*spoil)(HostSettings&);
    const char* says;
    bool of_one_server;  // Also where no standby is asked for.
  } cases[] = {
      {[](HostSettings& host) { host.fsync = "off"; }, "fsync is off", true},
      {[](HostSettings& host) { host.full_page_writes = "off"; }, "full_page_writes is off", true},
      {[](HostSettings& host) { host.data_checksums = "off"; }, "data_checksums is off", true},
      {[](HostSettings& host) { host.synchronous_commit = "local"; }, "synchronous_commit is local",
       false},
      {[](HostSettings& host) { host.sees_standbys = false; }, "pg_read_all_stats", false},
  };
  for (const auto& c : cases) {
    HostSettings spoilt = Good("b");
    c.spoil(spoilt);
    EXPECT_THAT(FaultsOf({Good("a"), spoilt}, {"a", "b"}, kStandbys),
                ElementsAre(AllOf(StartsWith("b: "), HasSubstr(c.says))));
    EXPECT_EQ(FaultsOf({Good("a"), spoilt}, {"a", "b"}, kLocal).empty(), !c.of_one_server)
        << c.says;
  }
}

TEST(FaultsOf, NamesThatDifferOrAreEmptyAreTold) {
  HostSettings other = Good("b");
  other.synchronous_standby_names = "ANY 1 (b)";
  EXPECT_THAT(FaultsOf({Good("a"), other}, {"a", "b"}, kStandbys),
              ElementsAre(HasSubstr("is not that of a")));
  other.synchronous_standby_names = "";
  EXPECT_THAT(FaultsOf({Good("a"), other}, {"a", "b"}, kStandbys),
              ElementsAre(HasSubstr("is empty"), HasSubstr("is not that of a")));
}

TEST(FaultsOf, NamesThatProveNothingAreTold) {
  const struct {
    const char* names;
    int standbys;
    std::vector<std::string> says;
  } cases[] = {
      {"ANY 1 (x,y)", 1, {"wait for 0 of the configuration's standby_names, of which 1 must"}},
      {"B", 1, {}},
      {"*", 1, {"has a *"}},
      {"ANY 1 (*)", 1, {"has a *"}},
      {"FIRST 1 (x,a)", 1, {"wait for 0 of"}},  // As long as x is attached.
      {"FIRST 1 (b,c)", 2, {"wait for 1 of the configuration's standby_names, of which 2 must"}},
      {"FIRST 2 (b,c)", 2, {}},
      {"ANY 1 (a,b,c)", 2, {}},  // All of them count, and two are waited for by the proof.
      {"ANY 2 (a,x)", 2, {"wait for 1 of"}},
  };
  for (const auto& c : cases) {
    HostSettings host = Good("a");
    host.synchronous_standby_names = c.names;
    const Durability durability = {Durability::By::kStandbys, c.standbys, {"a", "b", "c"}};
    std::vector<::testing::Matcher<std::string>> says;
    for (const std::string& each : c.says) says.push_back(HasSubstr(each));
    EXPECT_THAT(FaultsOf({host}, {"a"}, durability), ElementsAreArray(says)) << c.names;
  }
}

TEST(FaultsOf, PatroniSetsTheNamesOfWhicheverLeads) {
  for (const char* names : {"b", "*", "ANY 1 (b,c)"}) {
    EXPECT_THAT(FaultsOf({UnderPatroni("a", names), UnderPatroni("b", "")}, {"a", "b"}, kStandbys),
                IsEmpty())
        << names;
  }
  EXPECT_THAT(FaultsOf({UnderPatroni("a", ""), UnderPatroni("b", "")}, {"a", "b"}, kStandbys),
              ElementsAre(AllOf(StartsWith("a: "), HasSubstr("synchronous_mode_strict"))));
}

TEST(FaultsOf, WhoDoesNotAnswerIsNamed) {
  EXPECT_THAT(FaultsOf({Good("a"), absl::nullopt}, {"a", "b"}, kStandbys),
              ElementsAre("b: does not answer"));
}

}  // namespace
}  // namespace kyc::events::postgres
