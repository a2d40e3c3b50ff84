#include "tools/benchmarks/calls.h"

#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "tools/benchmarks/call_load.h"
#include "tools/benchmarks/gateway.h"
#include "tools/benchmarks/measure.h"
#include "tools/benchmarks/payloads.h"
#include "tools/benchmarks/upstream.h"

namespace kyc::bench {
namespace {

constexpr int kConnections = 8;
constexpr int kCallsEach = 8;

struct Size {
  const char* name;
  size_t bytes;
  double stretch;   // Of the window: few of the largest fit into a short one.
  bool also_keyed;  // Each call with a request_id of its own, over the log beside it.
};
constexpr Size kSizes[] = {{"100 B", 100, 1, true},
                           {"100 KB", 100'000, 1, false},
                           {"1 MB", 1'000'000, 1, true},
                           {"4 MB", 4'000'000, 3, false}};

Row MeasureSize(const Options& options, const Size& size, bool keyed, const std::string& name) {
  const LivenessCall call =
      keyed ? MakeKeyedLivenessCall(size.bytes) : MakeLivenessCall(size.bytes);
  const absl::StatusOr<Upstream> upstream = Upstream::Start(call.upstream);
  if (!upstream.ok()) return Failed(name, upstream.status().ToString());
  const absl::StatusOr<Gateway> gateway = Gateway::Start(ProgramOf(options), upstream->port());
  if (!gateway.ok()) return Failed(name, gateway.status().ToString());
  Poller poller;
  Recorder recorder;
  CallLoad load(poller, call, recorder);
  const absl::Status started = load.Start(gateway->grpc_port(), kConnections, kCallsEach);
  if (!started.ok()) return Failed(name, started.ToString());
  Window window = WindowOf(options);
  window.seconds *= size.stretch;
  return Measure(name, poller, &*gateway, recorder, window, [] {});
}

}  // namespace

Suite RunCalls(const Options& options) {
  Suite suite{.name = "calls", .counts = "calls"};
  for (const Size& size : kSizes) {
    for (const bool keyed : {false, true}) {
      if (keyed && !size.also_keyed) continue;
      MeasureRow(
          options, absl::StrCat("image of ", size.name, keyed ? ", with a request_id" : ""),
          [&](const std::string& name) { return MeasureSize(options, size, keyed, name); }, suite);
    }
  }
  return suite;
}

}  // namespace kyc::bench
