// One gRPC call, from its arrival to its end.
#ifndef SERVER_RPC_CALL_H_
#define SERVER_RPC_CALL_H_

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/variant.h"
#include "server/call/call_context.h"
#include "server/rpc/admission.h"
#include "server/rpc/call_scope.h"
#include "server/rpc/call_state.h"
#include "server/rpc/conversation_call.h"
#include "server/rpc/cq_loop.h"
#include "server/rpc/method.h"
#include "server/rpc/open_call.h"
#include "server/rpc/stream_call.h"
#include "server/rpc/turns.h"
#include "server/rpc/unary_call.h"

namespace kyc::rpc {

// CallState says what may be done when; this class does it with gRPC (call.cc), judges whether it
// may be done at all (call_judge.cc), and ends what takes too long (call_limits.cc). Loop thread
// only. Frees itself when nobody owes it anything any more: nobody else owns it, as in gRPC's own
// examples, because its end is known here alone.
class Call final : public OpenCall, private Turns::Taker {
 public:
  // Asks gRPC for the next call.
  static void AcceptNext(CallScope& scope);

  // Whether a drain waits for it: not for what anybody may call, nor for what was refused, which
  // anybody may go on asking for.
  bool IsWaitedFor() const {
    return method_ != nullptr && method_->needs_caller && refused_bytes_ == 0;
  }
  // 0 before its method has it, then a higher number for each later call.
  uint64_t turn() const { return turn_; }
  // A drain began: streams are told.
  void BeginDrain();
  // The callers are others: a stream that its caller may not open any more, or may not see all of
  // any more, ends as a new one would. Calls that end by themselves keep what they were allowed.
  void JudgeAgain();
  // A drain ends this call now: UNAVAILABLE if it was not sent, else UNKNOWN.
  void EndByDrain();
  // Ends or cuts the call if it has been in its phase for too long.
  void EndIfOverdue(absl::Time now);

  // Memory is short. Refuses the call if its message has been on its way for longer than most; and
  // cuts one whose message still comes after that.
  void EndLongRead(absl::Time now);
  // Whether its message is a small one, of which much means that somebody sends too much.
  bool ReadsLittle() const;

  // OpenCall, for the three kinds.
  const CallContext& context() const override { return context_; }
  void Write(const grpc::ByteBuffer& message) override;
  void Finish(absl::Status status) override;
  std::shared_ptr<grpc::ByteBuffer> TakeRequest() override;
  grpc::ByteBuffer* request() override { return &request_; }
  void ReadNext() override { AskForTurn(); }
  void Answer(UnaryAnswer answer) override;

 private:
  // Messages up to this size come without our asking: flow control lets as much through unread.
  static constexpr size_t kSmallRequest = 64 << 10;

  // Calls a member when its operation has ended.
  struct Operation final : Tag {
    Operation(Call* call, void (Call::*ended)(bool)) : call(call), ended(ended) {}
    void On(bool ok) override { (call->*ended)(ok); }
    Call* call;
    void (Call::*ended)(bool);
  };
  // Why a unary method was told to stop.
  enum class Stopped { kNo, kByDrain, kByDeadline };

  explicit Call(CallScope& scope);
  ~Call() override;

  // For what was not asked for while too many were reset.
  static void AskAgain(CallScope& scope);

  void OnAccepted(bool ok);
  void OnRead(bool ok);
  void OnWritten(bool ok);
  void OnFinished(bool ok);
  void OnDone(bool ok);

  // call_judge.cc: before a byte of its message is read.
  absl::Status Judge();
  void NameRequest();
  absl::Status FindMethod();
  absl::StatusOr<const config::Caller*> FindCaller();
  absl::Status Count();
  void Refuse(absl::Status status);
  void FillContext(const config::Caller* caller);
  void Begin();

  static Admission::Way WayOf(const Method& method);
  // Turns::Taker.
  void AskForTurn();
  void OnTurn() override;
  void OnNoTurn() override;
  void OnTurnOver() override;

  void Handle();
  void End(absl::Status status, const grpc::ByteBuffer* response);
  void TellFinish();
  void LetGo();
  void LetGoOfRequest();
  absl::string_view MethodName() const;
  void ReportEnd();
  void FreeIfOver();

  // call_limits.cc.
  absl::Time Deadline() const;
  void Stop(Stopped why);
  absl::Status AfterStop(absl::Status status) const;
  void Cut(const absl::Status& status);

  CallScope& scope_;
  const Method* method_ = nullptr;
  grpc::GenericServerContext server_context_;
  grpc::GenericServerAsyncReaderWriter io_;
  CallState state_;
  absl::variant<absl::monostate, UnaryCall, StreamCall, ConversationCall> kind_;
  CallSteps* steps_ = nullptr;  // kind_, until the call is gone.

  std::stop_source cancel_;
  CallContext context_;
  std::string caller_;  // Whose turn it takes.
  absl::Time start_;    // By the steady clock, as all times here.
  uint64_t turn_ = 0;

  grpc::ByteBuffer request_;
  int64_t held_bytes_ = 0;    // Of request_, at the admission.
  int64_t header_bytes_ = 0;  // The same of large headers.
  int64_t message_bytes_ = 0;

  // What the call ends with; Finish waits with it for the write in flight.
  absl::Status status_;
  Stopped stopped_ = Stopped::kNo;
  bool cut_ = false;  // By us; the metrics tell status_ all the same.
  // What counts it, until it is freed. The streams and shares are CallScope's.
  int* stream_of_ = nullptr;
  net::Shares* share_of_ = nullptr;
  int64_t refused_bytes_ = 0;

  Operation accepted_{this, &Call::OnAccepted};
  Operation read_{this, &Call::OnRead};
  Operation written_{this, &Call::OnWritten};
  Operation finished_{this, &Call::OnFinished};
  Operation done_{this, &Call::OnDone};
};

}  // namespace kyc::rpc

#endif  // SERVER_RPC_CALL_H_
