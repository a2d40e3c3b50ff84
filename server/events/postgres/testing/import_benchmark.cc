// How many events a second move from SQLite, while somebody who has read half of them waits and
// then goes on by its cursor.
//
// Usage: import_benchmark [EVENTS]
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <semaphore>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/call/testing/fake_metrics.h"
#include "server/events/postgres/import.h"
#include "server/events/postgres/testing/postgres_servers.h"
#include "server/events/postgres/testing/postgres_testing.h"
#include "server/events/sqlite/sqlite_log.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events::postgres {
namespace {

constexpr size_t kBodyBytes = 400;
constexpr int kInFlight = 2000;

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::printf("failed: %s\n", status.ToString().c_str());
  std::exit(1);
}

void Fill(EventLog& log, int64_t events) {
  std::counting_semaphore<> room(kInFlight);
  for (int64_t i = 0; i < events; ++i) {
    room.acquire();
    // Every fifth is of a reference that was there before.
    auto notification =
        Notification(absl::StrCat("order-", i - (i % 5 == 4)), i % 5 == 4 ? "rejected" : "approved",
                     absl::StrCat("customer-", i % 1000));
    notification.set_raw_body(std::string(kBodyBytes, 'x'));
    log.Append(std::move(notification), [&room](const absl::StatusOr<Appended>& appended) {
      Require(appended.status());
      room.release();
    });
  }
  for (int i = 0; i < kInFlight; ++i) room.acquire();
}

// Reads on to `through`; every sequence must follow the one before.
Position Read(const EventLog& log, Position after, int64_t through) {
  while (after.sequence < through) {
    const absl::StatusOr<Page> page = log.ReadAfter(after, 1000, {});
    Require(page.status());
    for (const Event& event : page->events) {
      if (event.position.sequence != after.sequence + 1) Require(absl::DataLossError("a gap"));
      after = event.position;
    }
  }
  return after;
}

void Measure(int64_t events) {
  FakeMetrics metrics;
  const std::string path = NewPath();
  std::string cursor;
  {
    const auto log = SqliteLog::Open(OptionsAt(path, metrics)).value();
    const absl::Time begin = absl::Now();
    Fill(*log, events);
    std::printf("filled with %ld events in %.0f s\n", events,
                absl::ToDoubleSeconds(absl::Now() - begin));
    cursor = log->CursorText(Read(*log, {}, events / 2));
  }
  PostgresServers servers(1);
  ImportOptions options;
  options.sqlite_path = path;
  options.servers.hosts = HostsOf(servers.dsn()).value();
  options.durability = {Durability::By::kStandbys, 1, servers.names()};
  options.lookup_key = KeyNamed("lookup");
  options.say = [](absl::string_view line) { std::printf("%s\n", std::string(line).c_str()); };
  const absl::Time begin = absl::Now();
  Require(Import(options));
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  std::printf("imported and read back: %.0f events/s in all\n",
              static_cast<double>(events) / seconds);
  const auto log = OpenLog(OptionsOver(servers, metrics));
  if (log == nullptr) std::exit(1);
  const absl::StatusOr<Position> position = log->PositionFromText(cursor);
  Require(position.status());
  const Position end = Read(*log, *position, events);
  std::printf("the reader went on by its cursor, from %ld to %ld\n", position->sequence,
              end.sequence);
}

}  // namespace
}  // namespace kyc::events::postgres

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  kyc::events::postgres::Measure(argc > 1 ? std::atoll(argv[1]) : 1'000'000);
}
