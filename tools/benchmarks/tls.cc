#include "tools/benchmarks/tls.h"

#include <poll.h>

#include <array>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tools/benchmarks/call_load.h"
#include "tools/benchmarks/gateway.h"
#include "tools/benchmarks/measure.h"
#include "tools/benchmarks/now.h"
#include "tools/benchmarks/payloads.h"
#include "tools/benchmarks/upstream.h"
#include "tools/benchmarks/wire.h"

namespace kyc::bench {
namespace {

constexpr int kConnections = 8;
constexpr int kCallsEach = 8;
constexpr int kPatienceMs = 5'000;

constexpr std::pair<Speaks, const char*> kWays[] = {{Speaks::kPlaintext, "plaintext"},
                                                    {Speaks::kTls, "TLS"}};
constexpr std::pair<size_t, const char*> kSizes[] = {{100, "100 B"}, {1'000'000, "1 MB"}};

absl::StatusOr<Gateway> StartGateway(const Options& options, uint16_t upstream) {
  GatewayProgram program = ProgramOf(options);
  program.tls = true;
  return Gateway::Start(program, upstream);
}

uint16_t PortOf(const Gateway& gateway, Speaks speaks) {
  return speaks == Speaks::kTls ? gateway.tls_port() : gateway.grpc_port();
}

Row MeasureCalls(const Options& options, size_t bytes, Speaks speaks, const std::string& name) {
  const LivenessCall call = MakeLivenessCall(bytes);
  const absl::StatusOr<Upstream> upstream = Upstream::Start(call.upstream);
  if (!upstream.ok()) return Failed(name, upstream.status().ToString());
  const absl::StatusOr<Gateway> gateway = StartGateway(options, upstream->port());
  if (!gateway.ok()) return Failed(name, gateway.status().ToString());
  Poller poller;
  Recorder recorder;
  CallLoad load(poller, call, recorder, speaks);
  const absl::Status started = load.Start(PortOf(*gateway, speaks), kConnections, kCallsEach);
  if (!started.ok()) return Failed(name, started.ToString());
  return Measure(name, poller, &*gateway, recorder, WindowOf(options), [] {});
}

// A connection up to the server's settings. What went wrong, or nothing.
std::string OpenAndClose(uint16_t port, Speaks speaks) {
  constexpr absl::string_view kHello("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33);
  constexpr char kSettings = 4;
  absl::StatusOr<Wire> wire = Wire::Open(port, speaks);
  if (!wire.ok()) return wire.status().ToString();
  Outbox outbox;
  outbox.Copy(kHello);
  if (wire->Write(outbox) != Outbox::Written::kAll) return "its hello was not taken";
  std::array<char, 4096> buffer;
  pollfd readable = {.fd = wire->descriptor(), .events = POLLIN, .revents = 0};
  while (poll(&readable, 1, kPatienceMs) == 1) {
    const ssize_t size = wire->Read(buffer.data(), buffer.size());
    if (size < 0 && errno == EAGAIN) continue;  // Tickets, which are no bytes of HTTP/2.
    return size > 3 && buffer[3] == kSettings ? "" : "no settings came";
  }
  return "nothing came";
}

Row MeasureConnections(const Options& options, Speaks speaks, const std::string& name) {
  const LivenessCall call = MakeLivenessCall(100);
  const absl::StatusOr<Upstream> upstream = Upstream::Start(call.upstream);
  if (!upstream.ok()) return Failed(name, upstream.status().ToString());
  const absl::StatusOr<Gateway> gateway = StartGateway(options, upstream->port());
  if (!gateway.ok()) return Failed(name, gateway.status().ToString());
  Poller poller;
  Recorder recorder;
  Window window = WindowOf(options);
  window.turn = 0;
  return Measure(name, poller, &*gateway, recorder, window, [&] {
    const int64_t begin = Now();
    const std::string fault = OpenAndClose(PortOf(*gateway, speaks), speaks);
    if (fault.empty()) {
      recorder.Succeeded(Now() - begin);
    } else {
      recorder.Failed(fault);
    }
  });
}

}  // namespace

Suite RunTls(const Options& options) {
  Suite suite{.name = "tls", .counts = "calls, connections"};
  for (const auto& [bytes, size] : kSizes) {
    for (const auto& [speaks, way] : kWays) {
      MeasureRow(
          options, absl::StrCat("image of ", size, ", ", way),
          [&, bytes = bytes, speaks = speaks](const std::string& name) {
            return MeasureCalls(options, bytes, speaks, name);
          },
          suite);
    }
  }
  for (const auto& [speaks, way] : kWays) {
    MeasureRow(
        options, absl::StrCat("a connection, ", way),
        [&, speaks = speaks](const std::string& name) {
          return MeasureConnections(options, speaks, name);
        },
        suite);
  }
  return suite;
}

}  // namespace kyc::bench
