#include "server/doctor/machine.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/file_needs.h"

namespace kyc::doctor {
namespace {

constexpr int64_t kMiB = 1 << 20;

// Below the first one nothing is taken soon; below the second one somebody should know.
constexpr int64_t kHardlyAny = 64 * kMiB;
constexpr int64_t kLittle = 1024 * kMiB;
constexpr int64_t kFewFiles = 100;

// What a file system with coarse times, or another machine's clock over a network, may differ by.
constexpr absl::Duration kSlack = absl::Minutes(2);

std::string SizeText(int64_t bytes) {
  const double mib = static_cast<double>(bytes) / static_cast<double>(kMiB);
  return mib < 1024 ? absl::StrFormat("%.0f MiB", mib) : absl::StrFormat("%.1f GiB", mib / 1024);
}

std::string Utc(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%SZ", time, absl::UTCTimeZone());
}

}  // namespace

Finding ClockFinding(const ClockFacts& facts) {
  constexpr char kCheck[] = "clock";
  if (facts.newest_file > facts.now + kSlack) {
    return Mend(
        kCheck, "", Whose::kMachine,
        absl::StrCat("it is ", Utc(facts.now), " here, and a file of the configuration is of ",
                     Utc(facts.newest_file)),
        "set the clock, and have it kept: timedatectl set-ntp true");
  }
  if (facts.kept == ClockFacts::Kept::kByNobody && !facts.alone) {
    return Look(kCheck, "", absl::StrCat(Utc(facts.now), ", which nothing keeps in step"),
                "have it kept: timedatectl set-ntp true (systemd-timesyncd or chrony)");
  }
  const char* const kept = facts.kept == ClockFacts::Kept::kInStep ? ", kept in step"
                           : facts.alone ? "; nobody elsewhere has to agree"
                                         : "; whether it is kept in step, the kernel does not say";
  return Ok(kCheck, "", absl::StrCat(Utc(facts.now), kept));
}

Finding DiskFinding(const std::string& of, const DiskFacts& facts, bool alone) {
  constexpr char kCheck[] = "disk";
  if (!facts.error.empty()) {
    return Mend(kCheck, of, Whose::kMachine, absl::StrCat(facts.folder, ": ", facts.error),
                "make the folder, for the gateway's user alone: mkdir -m 700");
  }
  if (!facts.writable) {
    return Mend(kCheck, of, Whose::kMachine, absl::StrCat(facts.folder, " is not to be written in"),
                "give it to the gateway's user, and mount it for writing");
  }
  const std::string free = absl::StrCat(SizeText(facts.free_bytes), " free in ", facts.folder);
  if (facts.free_bytes < kHardlyAny || facts.free_files < kFewFiles) {
    return Mend(
        kCheck, of, Whose::kMachine,
        facts.free_files < kFewFiles ? absl::StrCat("hardly a file more in ", facts.folder) : free,
        "make room: what cannot be written is answered 500, and not acknowledged");
  }
  if (facts.kind == DiskFacts::Kind::kNetwork) {
    return Look(kCheck, of, absl::StrCat(facts.folder, " is on another machine's disk"),
                "SQLite relies on locks and syncs that such disks do not always keep: take one of "
                "this machine, or PostgreSQL");
  }
  if (facts.kind == DiskFacts::Kind::kMemory && !alone) {
    return Look(kCheck, of, absl::StrCat(facts.folder, " is in memory"),
                "what was acknowledged is gone with the machine's next start: take a disk");
  }
  if (facts.free_bytes < facts.needed_bytes) {
    return Look(
        kCheck, of,
        absl::StrCat(free, ", and a copy of the event log needs ", SizeText(facts.needed_bytes)),
        "make room");
  }
  if (facts.free_bytes < kLittle) return Look(kCheck, of, free, "make room, or keep an eye on it");
  return Ok(kCheck, of, free);
}

Finding OpenFilesFinding(const config::Settings& settings, int64_t limit, bool alone) {
  constexpr char kCheck[] = "open files";
  const std::string found = absl::StrCat("up to ", limit, ", and the configuration allows for ",
                                         FilesNeeded(settings), " at once");
  if (alone || TooFewFiles(settings, limit).empty()) return Ok(kCheck, "", found);
  return Look(kCheck, "", found,
              "raise it (LimitNOFILE, ulimit -Hn), or lower slots or max_connections; a service's "
              "own limit may be another one");
}

}  // namespace kyc::doctor
