// What every call needs of the server.
#ifndef SERVER_RPC_CALL_SCOPE_H_
#define SERVER_RPC_CALL_SCOPE_H_

#include <grpcpp/generic/async_generic_service.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "server/call/ended_call.h"
#include "server/call/metrics.h"
#include "server/call/span.h"
#include "server/config/settings.h"
#include "server/net/shares.h"
#include "server/rpc/admission.h"
#include "server/rpc/callers.h"
#include "server/rpc/cq_loop.h"
#include "server/rpc/method.h"
#include "server/rpc/not_let_in.h"

namespace kyc::rpc {

class Call;

// Calls of methods that anybody may call; streams likewise.
inline constexpr int kMaxAnybodys = 2000;

// What calls that were refused may hold until their callers are told. Beyond it they are reset; and
// as gRPC takes longer to let go of a call than to bring one, no further one is asked for while
// those that were reset hold so much more.
inline constexpr int64_t kMaxRefusedBytes = 64 << 20;
inline constexpr int64_t kMaxResetBytes = 4 << 20;

// How far a drain has come.
enum class Serving {
  kAll,        // No drain.
  kLastCalls,  // The callers were told to go elsewhere: what still arrives was on its way.
  kNothing,    // Calls are refused.
};

// Loop thread only; owned by rpc::Server.
struct CallScope {
  CqLoop& loop;
  Admission& admission;
  Metrics& metrics;
  const config::Grpc& limits;
  const Callers& callers;
  NotLetIn& not_let_in;
  absl::flat_hash_map<std::string, Method> methods{};
  grpc::AsyncGenericService generic{};
  grpc::ServerCompletionQueue* queue = nullptr;
  uint64_t id_seed = 0;

  absl::flat_hash_set<Call*> open{};  // Accepted and not yet freed.
  int streams = 0;                    // Callers' streams among them.
  // And calls of methods that anybody may call, by address. Streams have their own, so that they
  // leave the others room.
  net::Shares anybodys_streams{kMaxAnybodys}, anybodys_calls{kMaxAnybodys};
  // And calls that were refused, until their caller was told; with what they hold.
  size_t refused = 0;
  int64_t refused_bytes = 0;
  int not_asked = 0;  // Calls that gRPC is not asked for, see kMaxResetBytes.
  uint64_t calls_seen = 0;
  uint64_t calls_handled = 0;
  Serving serving = Serving::kAll;
  // Called after each call's end, and after each arrival in a drain.
  std::function<void()> on_change{};

  Sampling sampling{};  // Which calls are recorded in a trace.
  // Told of each call's end, but not of calls that anybody may make. Must not block; may be null.
  std::function<void(const EndedCall&)> call_ended{};

  // Those that were not refused.
  size_t admitted() const { return open.size() - refused; }
  bool may_ask() const { return refused_bytes <= kMaxRefusedBytes + kMaxResetBytes; }
  bool draining() const { return serving != Serving::kAll; }
  void ReportOpen() const {
    metrics.CallsOpen(static_cast<int64_t>(open.size()), streams, admission.held());
  }
};

}  // namespace kyc::rpc

#endif  // SERVER_RPC_CALL_SCOPE_H_
