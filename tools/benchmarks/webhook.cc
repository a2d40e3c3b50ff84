#include "tools/benchmarks/webhook.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "tools/benchmarks/child.h"
#include "tools/benchmarks/gateway.h"
#include "tools/benchmarks/log_servers.h"
#include "tools/benchmarks/measure.h"
#include "tools/benchmarks/now.h"
#include "tools/benchmarks/post_load.h"
#include "tools/benchmarks/socket.h"
#include "tools/benchmarks/upstream.h"

namespace kyc::bench {
namespace {

constexpr size_t kRecord = 900;
constexpr size_t kFile = 16 << 20;
constexpr char kServersUs[] = "servers us";
constexpr uint16_t kNoUpstream = 1;  // Nothing listens there, and nobody calls it.

// No gateway, no servers (nullptr): the row has nothing of theirs.
Row MeasurePosts(const Options& options, const std::string& name, const Gateway* gateway,
                 const LogServers* servers, uint16_t port, int connections) {
  Poller poller;
  Recorder recorder;
  uint64_t reference = 0;
  PostLoad load(poller, recorder, [&] { return ++reference; });
  const absl::Status opened = load.Open(port, connections);
  if (!opened.ok()) return Failed(name, opened.ToString());
  const double before = servers == nullptr ? 0 : servers->CpuMicroseconds();
  load.KeepPosting();
  Row row = Measure(name, poller, gateway, recorder, WindowOf(options), [] {});
  if (servers != nullptr) {
    const double stored = std::max<double>(1, static_cast<double>(load.stored()));
    row.extras.push_back({kServersUs, (servers->CpuMicroseconds() - before) / stored});
  }
  return row;
}

Row MeasureGateway(const Options& options, const std::string& name, int connections) {
  const absl::StatusOr<Gateway> gateway = Gateway::Start(ProgramOf(options), kNoUpstream);
  if (!gateway.ok()) return Failed(name, gateway.status().ToString());
  return MeasurePosts(options, name, &*gateway, nullptr, gateway->webhook_port(), connections);
}

// Proven on one of two standbys.
Row MeasureOverPostgres(const Options& options, const std::string& name, int connections) {
  const absl::StatusOr<LogServers> servers =
      LogServers::Start(options.log_servers, absl::StrCat(options.out, "/servers"));
  if (!servers.ok()) return Failed(name, servers.status().ToString());
  GatewayProgram program = ProgramOf(options);
  program.engine = servers->engine();
  const absl::StatusOr<Gateway> gateway = Gateway::Start(program, kNoUpstream);
  if (!gateway.ok()) return Failed(name, gateway.status().ToString());
  return MeasurePosts(options, name, &*gateway, &*servers, gateway->webhook_port(), connections);
}

// The engine alone, by a program of its own on servers of its own.
Row MeasureAppends(const Options& options, const std::string& name, int waiting) {
  const std::string log = absl::StrCat(options.out, "/appends");
  const std::string seconds = absl::StrCat(std::max(1.0, std::round(options.seconds)));
  if (!Child::Run({options.appends, seconds, absl::StrCat(waiting)}, log).AwaitEnd()) {
    return Failed(name, absl::StrCat(options.appends, " failed"));
  }
  Row row;
  row.name = name;
  double ours = 0, servers = 0;
  std::ifstream said(log);
  for (std::string line; std::getline(said, line);) {
    if (std::sscanf(line.c_str(),
                    "%*d waiting: %lf appends/s (%zu failed), p50 %lf ms, p99 %lf ms; CPU %lf us "
                    "in the gateway, %lf us",
                    &row.per_second, &row.failures, &row.p50_milliseconds, &row.p99_milliseconds,
                    &ours, &servers) != 6) {
      continue;
    }
    row.cpu_microseconds = ours;
    row.extras.push_back({kServersUs, servers});
    std::filesystem::remove(log);
    return row;
  }
  return Failed(name, absl::StrCat("nothing understood in ", log));
}

// The same requests to a server that answers at once.
Row MeasureHttp(const Options& options, const std::string& name) {
  const absl::StatusOr<Upstream> server =
      Upstream::Start({.reply = R"({"responseCode":"2000000"})"});
  if (!server.ok()) return Failed(name, server.status().ToString());
  return MeasurePosts(options, name, nullptr, nullptr, server->port(), 1);
}

// A file whose blocks are there already: only data must reach the disk.
Descriptor PrewrittenFile(const std::string& path) {
  Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  const std::string zeros(kFile, '\0');
  if (file.get() < 0 || pwrite(file.get(), zeros.data(), kFile, 0) != static_cast<ssize_t>(kFile) ||
      fsync(file.get()) != 0) {
    return Descriptor();
  }
  return file;
}

// One record after the other, each with a fdatasync.
Row MeasureDisk(const Options& options, const std::string& name) {
  const std::string path = absl::StrCat(options.out, "/fdatasync");
  const Descriptor file = PrewrittenFile(path);
  std::filesystem::remove(path);
  Poller poller;
  Recorder recorder;
  const std::string record(kRecord, 'r');
  size_t at = 0;
  Window window = WindowOf(options);
  window.turn = 0;
  return Measure(name, poller, nullptr, recorder, window, [&] {
    const int64_t begin = Now();
    const bool written =
        pwrite(file.get(), record.data(), record.size(), static_cast<off_t>(at)) > 0 &&
        fdatasync(file.get()) == 0;
    at = (at + kRecord) % (kFile - kRecord);
    if (written) {
      recorder.Succeeded(Now() - begin);
    } else {
      recorder.Failed("the disk does not take it");
    }
  });
}

}  // namespace

Suite RunPostgres(const Options& options) {
  Suite suite{.name = "postgres", .counts = "notifications"};
  for (const int connections : {1, 64}) {
    const std::string on =
        absl::StrCat(connections, connections == 1 ? " connection" : " connections");
    MeasureRow(
        options, absl::StrCat("SQLite, ", on),
        [&](const std::string& name) { return MeasureGateway(options, name, connections); }, suite);
    MeasureRow(
        options, absl::StrCat("PostgreSQL, ", on),
        [&](const std::string& name) { return MeasureOverPostgres(options, name, connections); },
        suite);
    MeasureRow(
        options, absl::StrCat("PostgreSQL, bare appends, ", connections, " waiting"),
        [&](const std::string& name) { return MeasureAppends(options, name, connections); }, suite);
  }
  return suite;
}

Suite RunWebhook(const Options& options) {
  Suite suite{.name = "webhook", .counts = "notifications"};
  for (const int connections : {1, 64}) {
    MeasureRow(
        options, absl::StrCat(connections, connections == 1 ? " connection" : " connections"),
        [&](const std::string& name) { return MeasureGateway(options, name, connections); }, suite);
  }
  MeasureRow(
      options, "HTTP alone, 1 connection",
      [&](const std::string& name) { return MeasureHttp(options, name); }, suite);
  MeasureRow(
      options, "fdatasync alone",
      [&](const std::string& name) { return MeasureDisk(options, name); }, suite);
  return suite;
}

}  // namespace kyc::bench
