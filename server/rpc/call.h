// One gRPC call, from its arrival to its end.
#ifndef SERVER_RPC_CALL_H_
#define SERVER_RPC_CALL_H_

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/call/call_context.h"
#include "server/call/metrics.h"
#include "server/config/settings.h"
#include "server/rpc/admission.h"
#include "server/rpc/cq_loop.h"
#include "server/rpc/method.h"
#include "server/rpc/stream.h"

namespace kyc::rpc {

class Call;

// What every call needs of the server. Loop thread only; owned by rpc::Server.
struct CallScope {
  CqLoop& loop;
  Admission& admission;
  Metrics& metrics;
  const config::Grpc& limits;
  const std::vector<config::Caller>& callers;
  absl::flat_hash_map<std::string, Method> methods{};
  grpc::AsyncGenericService generic{};
  grpc::ServerCompletionQueue* queue = nullptr;
  uint64_t id_seed = 0;

  absl::flat_hash_set<Call*> open{};  // Accepted and not yet ended.
  int streams = 0;                    // Those of callers.
  int anonymous_streams = 0;
  int express = 0;  // Small requests that are being read without a reservation.
  // Calls of methods that anybody may call whose message is being read, oldest first.
  std::list<Call*> anonymous_reads{};
  uint64_t calls_seen = 0;
  uint64_t calls_handled = 0;
  bool draining = false;
  std::function<void()> on_ended{};  // Called after each call's end.
};

// Loop thread only. Frees itself when gRPC is done with it and its method has answered: nobody else
// owns it, as in gRPC's own examples, because its end is known here alone.
class Call final : public Stream {
 public:
  // Asks gRPC for the next call.
  static void AcceptNext(CallScope& scope);

  // Whether a drain waits for it: not for what anybody may call.
  bool IsOfACaller() const { return method_ != nullptr && method_->needs_caller; }
  // 0 before its method has it, then a higher number for each later call.
  uint64_t turn() const { return turn_; }
  // A drain began: streams are told.
  void BeginDrain();
  // A drain ends this call now: UNAVAILABLE if it was not sent, else UNKNOWN.
  void EndByDrain();
  // Ends or cuts the call if its caller does not do its part: sends no message, takes no reply.
  void EndIfOverdue();

  // Stream, for the methods that answer by one.
  const CallContext& context() const override { return context_; }
  void Write(const grpc::ByteBuffer& message) override;
  void Finish(absl::Status status) override;

 private:
  // Calls a member when its operation has ended.
  struct Operation final : Tag {
    Operation(Call* call, void (Call::*ended)(bool)) : call(call), ended(ended) {}
    void On(bool ok) override { (call->*ended)(ok); }
    Call* call;
    void (Call::*ended)(bool);
  };
  // Carries a unary method's answer back, also when the method forgot to answer.
  class Answer;

  explicit Call(CallScope& scope);
  ~Call() override;

  void OnAccepted(bool ok);
  void OnRead(bool ok);
  void OnWritten(bool ok);
  void OnFinished(bool ok);
  void OnDone(bool ok);

  // Judges the call before a byte of its message is read.
  absl::Status Judge();
  void FillContext(const config::Caller* caller);
  int* StreamCount() const;
  int MaxStreams() const;
  void ReadAnonymously();
  void Read();
  void LeaveRead();
  void Handle();
  void Reply(absl::StatusOr<grpc::ByteBuffer> response);
  void End(absl::Status status, const grpc::ByteBuffer* response);
  void LetGoOfRequest();
  absl::Status AfterDrain(absl::Status status) const;
  void ReportOpen() const;
  void ReportEnd();
  void FreeIfOver();

  CallScope& scope_;
  const Method* method_ = nullptr;
  grpc::GenericServerContext server_context_;
  grpc::GenericServerAsyncReaderWriter io_;
  std::stop_source cancel_;
  CallContext context_;
  grpc::ByteBuffer request_;
  std::unique_ptr<Producer> producer_;
  // By the steady clock: when it arrived; when reading began; when its end was decided.
  absl::Time start_;
  absl::Time reading_since_;
  absl::Time ending_since_;
  absl::Status status_;  // Finish waits with it for the write in flight.
  // What the call ended with, for the metrics.
  absl::StatusCode code_ = absl::StatusCode::kOk;
  std::string reason_;

  uint64_t turn_ = 0;
  int64_t held_bytes_ = 0;  // Of the message that was read and is still here.
  bool express_ = false;    // In CallScope::express.
  bool reserved_ = false;   // For the message that is being read.
  Admission::WaitId waiting_ = 0;
  int operations_ = 0;     // Tags that have not come back.
  bool handling_ = false;  // The unary method owes an answer.
  bool reading_ = false;
  bool writing_ = false;
  bool ending_ = false;          // Finish was asked for; its status is status_.
  bool finish_started_ = false;  // gRPC has been told.
  bool ended_by_drain_ = false;
  bool cut_ = false;           // Its end is not taken; the metrics tell that end all the same.
  int* counted_in_ = nullptr;  // One of CallScope's counts of streams.

  Operation accepted_{this, &Call::OnAccepted};
  Operation read_{this, &Call::OnRead};
  Operation written_{this, &Call::OnWritten};
  Operation finished_{this, &Call::OnFinished};
  Operation done_{this, &Call::OnDone};
};

}  // namespace kyc::rpc

#endif  // SERVER_RPC_CALL_H_
