// What each check says of what was found, by tables.
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/doctor/cipher.h"
#include "server/doctor/files.h"
#include "server/doctor/finding.h"
#include "server/doctor/keys.h"
#include "server/doctor/machine.h"
#include "server/doctor/ports.h"
#include "server/doctor/store.h"
#include "server/doctor/upstreams.h"

namespace kyc::doctor {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// "mend finpay: says".
std::string Brief(const Finding& finding) {
  static constexpr const char* kNames[] = {"ok", "look", "mend"};
  return absl::StrCat(kNames[static_cast<int>(finding.verdict)], " ", finding.of,
                      finding.of.empty() ? "" : ": ", finding.says);
}
std::vector<std::string> Brief(const std::vector<Finding>& findings) {
  std::vector<std::string> lines;
  for (const Finding& finding : findings) {
    EXPECT_EQ(finding.advice.empty(), finding.verdict == Verdict::kOk) << finding.says;
    lines.push_back(Brief(finding));
  }
  return lines;
}

constexpr absl::Duration Days(int days) { return absl::Hours(24 * days); }
const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

TEST(Files, NobodyElseMayWriteThemOrReplaceThem) {
  const FileFacts good{"/etc/kyc/config", 0644, 0755};
  EXPECT_THAT(Brief(FileFindings({good})), ElementsAre(StartsWith("ok 1 file, none")));
  EXPECT_THAT(Brief(FileFindings({good, {"/etc/kyc/a", 0646, 0755}})),
              ElementsAre("mend /etc/kyc/a: every user may write it"));
  EXPECT_THAT(Brief(FileFindings({{"/srv/kyc/a", 0600, 0777}})),
              ElementsAre("mend /srv/kyc/a: every user may write its folder, and so replace it"));
  // In /tmp only the owner may replace it.
  EXPECT_THAT(Brief(FileFindings({{"/tmp/a", 0600, 01777}})), ElementsAre(StartsWith("ok")));
}

TEST(User, IsWhoseTheEventLogIs) {
  const User root{0, "root"};
  const User gateway{990, "kyc-gateway"};
  const User other{1000, "siti"};
  EXPECT_EQ(UserFinding(gateway, gateway).verdict, Verdict::kOk);
  EXPECT_EQ(UserFinding(root, root).verdict, Verdict::kOk);
  EXPECT_EQ(UserFinding(root, gateway).verdict, Verdict::kLook);
  EXPECT_THAT(UserFinding(root, gateway).advice, HasSubstr("sudo -u kyc-gateway"));
  EXPECT_EQ(UserFinding(other, gateway).verdict, Verdict::kMend);
}

std::string RandomLooking(char from) {
  std::string key;
  for (int i = 0; i < 32; ++i) key += static_cast<char>(from + 7 * i);
  return key;
}

config::Settings WithKeys(const std::string& lookup, const std::vector<std::string>& sealing) {
  config::Settings settings;
  settings.event_log.emplace();
  settings.event_log->lookup_key = Secret(lookup);
  for (const std::string& key : sealing) {
    settings.event_log->sealing_keys.push_back(
        {static_cast<int>(settings.event_log->sealing_keys.size()) + 1, Secret(key)});
  }
  return settings;
}

TEST(Keys, AreRandomAndEachForOnePurpose) {
  const std::string a = RandomLooking('a');
  const std::string b = RandomLooking('b');
  EXPECT_THAT(KeyFindings(config::Settings()), IsEmpty());
  EXPECT_THAT(Brief(KeyFindings(WithKeys(a, {b}))),
              ElementsAre("ok a look-up key and 1 sealing key, all different"));
  EXPECT_THAT(Brief(KeyFindings(WithKeys(a, {b, a}))),
              ElementsAre("mend event_log.sealing_keys[1].key_file: is the same key as "
                          "event_log.lookup_key_file"));
  EXPECT_THAT(Brief(KeyFindings(WithKeys(a, {std::string(32, 'x')}))),
              ElementsAre("mend event_log.sealing_keys[0].key_file: was not drawn at random"));
}

TEST(Cipher, IsTheDocumentsOrNothingIsSent) {
  EXPECT_EQ(CipherFinding().verdict, Verdict::kOk);
  EXPECT_EQ(CipherFinding({.encrypted = "another text"}).verdict, Verdict::kMend);
  EXPECT_EQ(CipherFinding({.key = "too short"}).verdict, Verdict::kMend);
}

TEST(Clock, IsKeptAndBehindNoFile) {
  using Kept = ClockFacts::Kept;
  const std::vector<std::tuple<ClockFacts, std::string>> rows = {
      {{Kept::kInStep, kNow, kNow, false}, "ok 2027-01-15 08:00:00Z, kept in step"},
      {{Kept::kByNobody, kNow, kNow, false},
       "look 2027-01-15 08:00:00Z, which nothing keeps in step"},
      {{Kept::kByNobody, kNow, kNow, true},
       "ok 2027-01-15 08:00:00Z; nobody elsewhere has to agree"},
      {{Kept::kUnknown, kNow, kNow, false},
       "ok 2027-01-15 08:00:00Z; whether it is kept in step, the kernel does not say"},
      {{Kept::kInStep, kNow, kNow + absl::Minutes(1), false},
       "ok 2027-01-15 08:00:00Z, kept in step"},
      {{Kept::kInStep, kNow, kNow + Days(1), true},
       "mend it is 2027-01-15 08:00:00Z here, and a file of the configuration is of 2027-01-16 "
       "08:00:00Z"},
  };
  for (const auto& [facts, due] : rows) EXPECT_EQ(Brief(ClockFinding(facts)), due);
}

TEST(Disk, HasRoomAndKeepsWhatItTakes) {
  using Kind = DiskFacts::Kind;
  const DiskFacts good{.folder = "/srv",
                       .error = "",
                       .writable = true,
                       .free_bytes = int64_t{5} << 30,
                       .free_files = 100'000};
  const auto with = [good](auto change) {
    DiskFacts facts = good;
    change(facts);
    return facts;
  };
  const std::vector<std::tuple<DiskFacts, bool, std::string>> rows = {
      {good, false, "ok log: 5.0 GiB free in /srv"},
      {with([](auto& f) { f.error = "No such file"; }), true, "mend log: /srv: No such file"},
      {with([](auto& f) { f.writable = false; }), true, "mend log: /srv is not to be written in"},
      {with([](auto& f) { f.free_bytes = 63 << 20; }), true, "mend log: 63 MiB free in /srv"},
      {with([](auto& f) { f.free_files = 3; }), true, "mend log: hardly a file more in /srv"},
      {with([](auto& f) { f.free_bytes = 900 << 20; }), true, "look log: 900 MiB free in /srv"},
      {with([](auto& f) { f.kind = Kind::kMemory; }), false, "look log: /srv is in memory"},
      {with([](auto& f) { f.kind = Kind::kMemory; }), true, "ok log: 5.0 GiB free in /srv"},
      {with([](auto& f) { f.kind = Kind::kNetwork; }), true,
       "look log: /srv is on another machine's disk"},
      {with([](auto& f) { f.needed_bytes = int64_t{6} << 30; }), false,
       "look log: 5.0 GiB free in /srv, and a copy of the event log needs 6.0 GiB"},
  };
  for (const auto& [facts, alone, due] : rows) {
    EXPECT_EQ(Brief(DiskFinding("log", facts, alone)), due);
  }
}

TEST(OpenFiles, AreEnoughForAllAtOnce) {
  config::Settings settings;
  settings.admin.emplace();
  EXPECT_EQ(OpenFilesFinding(settings, 100'000, false).verdict, Verdict::kOk);
  EXPECT_EQ(OpenFilesFinding(settings, 1'000, false).verdict, Verdict::kLook);
  EXPECT_EQ(OpenFilesFinding(settings, 1'000, true).verdict, Verdict::kOk);
}

TEST(Port, IsFreeOrTheGateways) {
  const config::Listener listener{.field = "grpc.listen", .address = "127.0.0.1:50051"};
  const PortFacts taken{.answers = true, .could_be_taken = absl::OkStatus()};
  const PortFacts free{};
  const PortFacts refused{.answers = false,
                          .could_be_taken = absl::UnavailableError("cannot listen on 1: why")};
  const std::vector<std::tuple<PortFacts, Runs, std::string>> rows = {
      {free, Runs::kNo, "ok grpc.listen: 127.0.0.1:50051 is free"},
      {free, Runs::kNobodyTells, "ok grpc.listen: 127.0.0.1:50051 is free"},
      {free, Runs::kYes, "look grpc.listen: 127.0.0.1:50051 is free, though the gateway runs"},
      {taken, Runs::kYes, "ok grpc.listen: 127.0.0.1:50051, the gateway's that runs"},
      {taken, Runs::kNobodyTells, "look grpc.listen: 127.0.0.1:50051 is in use"},
      {taken, Runs::kNo, "mend grpc.listen: 127.0.0.1:50051 is in use, and not by this gateway"},
      {refused, Runs::kNo, "mend grpc.listen: cannot listen on 1: why"},
  };
  for (const auto& [facts, runs, due] : rows) {
    EXPECT_EQ(Brief(PortFinding(listener, facts, runs)), due);
  }
}

TEST(Gateway, IsReadyWhereOneRuns) {
  EXPECT_EQ(GatewayFinding(Runs::kNo, 0, "").verdict, Verdict::kOk);
  EXPECT_EQ(GatewayFinding(Runs::kYes, 200, "ok\nquarantine 80 %\n").verdict, Verdict::kOk);
  EXPECT_EQ(GatewayFinding(Runs::kYes, 503, "draining\n").verdict, Verdict::kLook);
  // Another program's page.
  EXPECT_EQ(GatewayFinding(Runs::kYes, 200, "<html>").verdict, Verdict::kLook);
}

TEST(Upstream, EachStepOfTheWayHasItsLine) {
  using upstream::Probed;
  using End = Probed::End;
  const Probed reached{.end = End::kReached,
                       .host = "api.example",
                       .addresses = 2,
                       .look_up = absl::Milliseconds(12),
                       .encrypted = true,
                       .certified_until = kNow + Days(40)};
  const auto with = [reached](auto change) {
    Probed probed = reached;
    change(probed);
    return Brief(UpstreamFindings("finpay", probed, kNow));
  };
  constexpr char kName[] = "ok finpay: api.example has 2 addresses, found in 12 ms";
  constexpr char kTaken[] = "ok finpay: takes connections, by TLS";
  EXPECT_THAT(with([](auto&) {}),
              ElementsAre(kName, kTaken, "ok finpay: valid for another 40 days"));
  EXPECT_THAT(with([](auto& p) { p.certified_until = kNow + Days(10); }),
              ElementsAre(kName, kTaken, "look finpay: valid for another 10 days"));
  EXPECT_THAT(with([](auto& p) { p.certified_until = kNow + Days(1); }),
              ElementsAre(kName, kTaken, "mend finpay: valid for another 1 day"));
  EXPECT_THAT(with([](auto& p) { p.look_up = absl::Seconds(2); }),
              ElementsAre(StartsWith("look finpay: api.example"), kTaken, StartsWith("ok")));
  EXPECT_THAT(with([](auto& p) { p.end = End::kNoAddress, p.why = "Name unknown"; }),
              ElementsAre("mend finpay: api.example: Name unknown"));
  EXPECT_THAT(with([](auto& p) { p.end = End::kNoConnection, p.why = "Connection refused"; }),
              ElementsAre(kName, "mend finpay: Connection refused"));
  EXPECT_THAT(with([](auto& p) { p.end = End::kUntrusted, p.why = "expired"; }),
              ElementsAre(kName, "mend finpay: expired"));
  EXPECT_THAT(Brief(UpstreamFindings("widekyc", {.end = End::kReached}, kNow)),
              ElementsAre("ok widekyc: takes connections, in plaintext on this machine"));
}

TEST(LogFile, IsOursAndWhole) {
  const LogFileFacts good{.there = true,
                          .mode = 0600,
                          .opened = absl::OkStatus(),
                          .schema = 7,
                          .newest_schema = 7,
                          .checked = "every page checked"};
  const auto with = [good](auto change) {
    LogFileFacts facts = good;
    change(facts);
    return Brief(LogFileFinding("events.db", facts));
  };
  EXPECT_EQ(with([](auto&) {}), "ok events.db, schema 7; every page checked");
  EXPECT_THAT(with([](auto& f) { f.there = false; }), StartsWith("ok events.db is not there yet"));
  EXPECT_EQ(with([](auto& f) { f.mode = 0640; }), "mend events.db is open to other users");
  EXPECT_EQ(with([](auto& f) { f.opened = absl::FailedPreconditionError("torn"); }),
            "mend events.db: torn");
  EXPECT_THAT(with([](auto& f) { f.schema = 6; }), StartsWith("look events.db is of schema 6"));
}

}  // namespace
}  // namespace kyc::doctor
