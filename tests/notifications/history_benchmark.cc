// How soon a stream over a long history brings its first events: from the request to the first
// message with events (or caught_up, if nothing matches), by the real gateway.
//
//   history_benchmark [--events=1000000] [--file=PATH] [--repeats=20]
//
// The log is made at PATH (history.db) unless it is there. Its events are spread over ten days; 1
// in 1,000 has the status rejected, only the newest one has the type "rare".
#include <grpcpp/client_context.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <semaphore>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "netzme/v1/upgrade_notification.grpc.pb.h"
#include "server/call/testing/fake_metrics.h"
#include "server/events/sqlite/sqlite_log.h"
#include "tests/support/client.h"
#include "tests/support/gateway.h"
#include "tests/support/gateway_files.h"

ABSL_FLAG(int64_t, events, 1'000'000, "How many events the log has.");
ABSL_FLAG(std::string, file, "history.db", "The log; made when absent. About 1.2 GB.");
ABSL_FLAG(int, repeats, 20, "How often each stream is opened.");

namespace kyc::tests {
namespace {

using ::netzme::v1::UpgradeEvent;
using ::netzme::v1::UpgradeNotificationService;
using ::netzme::v1::WatchUpgradesRequest;

constexpr absl::Duration kSpan = absl::Hours(240);
constexpr int kInFlight = 3000;  // Below what the log lets wait.

UpgradeEvent EventAt(int64_t number, int64_t count) {
  UpgradeEvent event;
  event.set_original_reference_no(absl::StrCat("reference-", number / 2));
  event.set_cust_id(absl::StrCat("customer-", number / 4));
  const bool rejected = number % 1000 == 0;
  event.set_status(rejected ? ::netzme::v1::UPGRADE_STATUS_REJECTED
                            : ::netzme::v1::UPGRADE_STATUS_APPROVED);
  event.set_status_text(rejected ? "rejected" : "approved");
  event.set_type(number == count - 1 ? "rare" : "upgrade_account");
  event.add_benefits(absl::StrCat("benefit ", number));
  event.set_raw_body(std::string(400, 'x'));
  event.set_account("netzme");
  return event;
}

// With the keys of GatewayFiles.
void Fill(const std::string& path, int64_t count) {
  FakeMetrics metrics;
  std::atomic<int64_t> appended = 0;
  const absl::Time end = absl::Now() - absl::Hours(1);
  events::SqliteLogOptions options;
  options.path = path;
  options.sealing_keys = {{.id = 1, .key = Secret(std::string(32, 's'))}};
  options.lookup_key = Secret(std::string(32, 'l'));
  options.writer.metrics = &metrics;
  options.writer.clock = [&] {
    return events::RightClocksAt(
        end - kSpan * (1 - static_cast<double>(appended) / static_cast<double>(count)));
  };
  options.writer.boot_id = "";  // Nobody goes on from these clocks.
  auto log = events::SqliteLog::Open(std::move(options));
  if (!log.ok()) std::abort();
  const absl::Time begin = absl::Now();
  std::counting_semaphore<> room(kInFlight);
  for (int64_t number = 0; number < count; ++number) {
    room.acquire();
    (*log)->Append(EventAt(number, count), [&](absl::StatusOr<events::Appended> answer) {
      if (!answer.ok()) std::abort();
      ++appended;
      room.release();
    });
  }
  log->reset();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  std::printf("filled with %ld events in %.1f s: %.0f/s\n", count, seconds,
              static_cast<double>(count) / seconds);
}

double MillisecondsToFirstEvents(UpgradeNotificationService::Stub& stub,
                                 const WatchUpgradesRequest& request) {
  grpc::ClientContext context;
  ::netzme::v1::WatchUpgradesResponse response;
  const absl::Time begin = absl::Now();
  const auto stream = stub.WatchUpgrades(&context, request);
  while (stream->Read(&response) && !response.has_events() && !response.has_caught_up()) {
  }
  const double took = absl::ToDoubleMilliseconds(absl::Now() - begin);
  if (!response.has_events() && !response.has_caught_up()) std::abort();
  context.TryCancel();
  return took;
}

struct Case {
  const char* name;
  std::function<void(WatchUpgradesRequest&)> ask;
};

std::vector<Case> Cases(int64_t count) {
  const auto since = [](double part) {
    return [part](WatchUpgradesRequest& request) {
      const absl::Time time = absl::Now() - absl::Hours(1) - kSpan * (1 - part);
      request.mutable_since()->set_seconds(absl::ToUnixSeconds(time));
    };
  };
  const auto earliest = [](std::function<void(::netzme::v1::UpgradeFilter&)> filter) {
    return [filter](WatchUpgradesRequest& request) {
      request.set_from(::netzme::v1::FROM_EARLIEST);
      filter(*request.mutable_filter());
    };
  };
  return {
      {"EARLIEST", earliest([](auto&) {})},
      {"since, before the log", since(-0.1)},
      {"since, at the start", since(0.01)},
      {"since, in the middle", since(0.5)},
      {"since, near the end", since(0.99)},
      {"EARLIEST, an old reference",
       earliest([](auto& filter) { filter.add_original_reference_nos("reference-10"); })},
      {"EARLIEST, a new reference", earliest([count](auto& filter) {
         filter.add_original_reference_nos(absl::StrCat("reference-", count / 2 - 1));
       })},
      {"EARLIEST, 100 references", earliest([count](auto& filter) {
         for (int i = 0; i < 100; ++i) {
           filter.add_original_reference_nos(absl::StrCat("reference-", count / 200 * i));
         }
       })},
      {"EARLIEST, a customer", earliest([count](auto& filter) {
         filter.add_cust_ids(absl::StrCat("customer-", count / 8));
       })},
      {"EARLIEST, 1 in 1,000",
       earliest([](auto& filter) { filter.add_statuses(::netzme::v1::UPGRADE_STATUS_REJECTED); })},
      {"EARLIEST, the newest alone", earliest([](auto& filter) { filter.add_types("rare"); })},
      {"LATEST", [](WatchUpgradesRequest&) {}},
  };
}

void Measure(const Gateway& gateway, int64_t count, int repeats) {
  const auto stub = UpgradeNotificationService::NewStub(OpenChannel(gateway.grpc_port()));
  std::printf("%-28s %10s %10s %10s\n", "ms to the first events", "first", "median", "slowest");
  for (const Case& each : Cases(count)) {
    WatchUpgradesRequest request;
    each.ask(request);
    std::vector<double> took;
    for (int i = 0; i < repeats; ++i) took.push_back(MillisecondsToFirstEvents(*stub, request));
    const double first = took[0];
    std::sort(took.begin(), took.end());
    std::printf("%-28s %10.2f %10.2f %10.2f\n", each.name, first, took[took.size() / 2],
                took.back());
  }
}

}  // namespace
}  // namespace kyc::tests

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  const std::string file = std::filesystem::absolute(absl::GetFlag(FLAGS_file));
  const int64_t count = absl::GetFlag(FLAGS_events);
  if (!std::filesystem::exists(file)) kyc::tests::Fill(file, count);
  kyc::tests::GatewayFiles files;
  files.Configure({});
  std::filesystem::create_symlink(file, files.path("events.db"));
  const absl::Time begin = absl::Now();
  const kyc::tests::Gateway gateway(files);
  std::printf("the gateway started in %.0f ms\n", absl::ToDoubleMilliseconds(absl::Now() - begin));
  kyc::tests::Measure(gateway, count, absl::GetFlag(FLAGS_repeats));
}
