#include "server/rpc/call.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/rpc/call_head.h"
#include "server/rpc/held_request.h"
#include "server/rpc/refusals.h"
#include "server/rpc/status.h"

namespace kyc::rpc {
namespace {

bool IsNoEntry(const absl::Status& status) {
  return absl::IsUnauthenticated(status) || absl::IsPermissionDenied(status);
}

absl::Status TooLong(const Method& method) {
  return InvalidRequest({{"", absl::StrCat("the whole message must be at most ",
                                           method.max_request_bytes, " bytes")}});
}

}  // namespace

Call::Call(CallScope& scope) : scope_(scope), io_(&server_context_), state_(absl::Time()) {
  server_context_.AsyncNotifyWhenDone(&done_);
}

Call::~Call() = default;

void Call::AcceptNext(CallScope& scope) {
  auto* call = new Call(scope);
  scope.generic.RequestCall(&call->server_context_, &call->io_, scope.queue, scope.queue,
                            &call->accepted_);
}

void Call::AskAgain(CallScope& scope) {
  if (!scope.may_ask() || scope.loop.ending()) return;
  for (; scope.not_asked > 0; --scope.not_asked) AcceptNext(scope);
}

void Call::OnAccepted(bool ok) {
  if (!ok) {  // The server shuts down.
    delete this;
    return;
  }
  if (scope_.may_ask()) {
    AcceptNext(scope_);
  } else {
    ++scope_.not_asked;
  }
  start_ = scope_.loop.now();
  state_ = CallState(start_);
  scope_.open.insert(this);
  if (absl::Status judged = Judge(); !judged.ok()) {
    Refuse(std::move(judged));
  } else {
    Begin();
    AskForTurn();
  }
  scope_.ReportOpen();
  if (scope_.draining()) scope_.on_change();
}

Admission::Way Call::WayOf(const Method& method) {
  if (!method.needs_caller) return Admission::Way::kAnybody;
  if (method.max_request_bytes <= kSmallRequest) return Admission::Way::kSmall;
  return method.images_optional ? Admission::Way::kOptional : Admission::Way::kImages;
}

void Call::AskForTurn() {
  state_.Wait(scope_.loop.now());
  scope_.admission.Ask(this, WayOf(*method_), caller_,
                       static_cast<int64_t>(method_->max_request_bytes));
}

void Call::OnTurn() {
  if (state_.Read(scope_.loop.now())) io_.Read(&request_, &read_);
}

void Call::OnNoTurn() { End(Overloaded(), nullptr); }

void Call::OnTurnOver() {
  // Where images fill the room, one that is large had no right to wait for it here.
  const bool no_room = WayOf(*method_) == Admission::Way::kOptional;
  End(no_room ? Overloaded() : RequestTooSlow(), nullptr);
}

void Call::OnRead(bool ok) {
  // First the message counts, then its turn does not: nobody is given room that it has.
  held_bytes_ = ok ? static_cast<int64_t>(request_.Length()) : 0;
  message_bytes_ += held_bytes_;
  scope_.admission.Hold(held_bytes_);
  Turns::Leave(this);
  const bool too_long = ok && request_.Length() > method_->max_request_bytes;
  const bool late = ok && scope_.loop.now() > context_.deadline;
  switch (state_.Message(ok && !too_long && !late, scope_.loop.now())) {
    case CallState::OnRead::kHandle:
      Handle();
      break;
    case CallState::OnRead::kNoMore:
      // Without a message the caller has closed its side: after all of a conversation, too early
      // otherwise.
      if (too_long) {
        End(TooLong(*method_), nullptr);
      } else if (late) {
        End(RequestTooSlow(), nullptr);
      } else {
        const bool complete = state_.kind() == CallKind::kConversation;
        End(complete ? absl::OkStatus() : RequestCutShort(), nullptr);
      }
      break;
    case CallState::OnRead::kNothing:
      break;
  }
  LetGoOfRequest();
  FreeIfOver();
}

void Call::Handle() {
  turn_ = ++scope_.calls_handled;
  steps_->OnMessage();
  // Who comes this late is told at once.
  if (scope_.draining() && steps_ != nullptr) steps_->OnDrain();
}

std::shared_ptr<grpc::ByteBuffer> Call::TakeRequest() {
  return HoldRequest(request_, std::exchange(held_bytes_, 0), scope_.admission);
}

void Call::Answer(UnaryAnswer answer) {
  if (state_.Answer()) {
    if (answer.replay) server_context_.AddTrailingMetadata("kyc-replay", "1");
    if (answer.message.ok()) {
      End(absl::OkStatus(), &*answer.message);
    } else {
      End(AfterStop(answer.message.status()), nullptr);
    }
  }
  FreeIfOver();
}

void Call::Write(const grpc::ByteBuffer& message) {
  if (state_.Write(scope_.loop.now())) io_.Write(message, &written_);
}

void Call::OnWritten(bool ok) {
  switch (state_.Written(ok, scope_.loop.now())) {
    case CallState::OnWritten::kGoOn:
      steps_->OnWritten();
      break;
    case CallState::OnWritten::kFinish:
      TellFinish();
      break;
    case CallState::OnWritten::kLost:
      server_context_.TryCancel();
      LetGo();
      break;
    case CallState::OnWritten::kNothing:
      break;
  }
  FreeIfOver();
}

void Call::Finish(absl::Status status) { End(std::move(status), nullptr); }

void Call::End(absl::Status status, const grpc::ByteBuffer* response) {
  const CallState::End end = state_.TryEnd(scope_.loop.now());
  if (end == CallState::End::kTooLate) return;
  Turns::Leave(this);
  status_ = std::move(status);
  if (end == CallState::End::kAfterWrite) return;
  if (response != nullptr) {
    io_.WriteAndFinish(*response, grpc::WriteOptions(), grpc::Status::OK, &finished_);
  } else {
    TellFinish();
  }
}

void Call::TellFinish() {
  io_.Finish(ToGrpc(WithRequestId(status_, context_.request_id)), &finished_);
}

void Call::OnFinished(bool) {
  state_.Finished();
  LetGo();
  FreeIfOver();
}

void Call::OnDone(bool) {
  // Before the state knows: an answer that comes at once must not free the call here.
  if (server_context_.IsCancelled()) cancel_.request_stop();
  state_.Done(scope_.loop.now());
  LetGo();
  FreeIfOver();
}

// Nothing is to be said any more: what the method keeps goes.
void Call::LetGo() {
  Turns::Leave(this);
  steps_ = nullptr;
  kind_ = absl::monostate();
}

void Call::LetGoOfRequest() {
  request_.Clear();
  if (held_bytes_ > 0) scope_.admission.GiveBack(std::exchange(held_bytes_, 0));
}

absl::string_view Call::MethodName() const {
  return method_ == nullptr ? "unknown" : absl::string_view(method_->name).substr(1);
}

void Call::ReportEnd() {
  if (IsNoEntry(status_)) {
    scope_.not_let_in.Note(status_, MethodName(), context_.caller, AddressOf(server_context_),
                           scope_.loop.now());
  }
  // When the caller left, or gRPC itself refused the call, our status is not why it ended; and a
  // reply that nobody took is no success.
  const bool cancelled = server_context_.IsCancelled() && (!cut_ || status_.ok());
  EndedCall ended = EndedBy(cancelled ? absl::CancelledError() : status_);
  ended.took = scope_.loop.now() - start_;
  scope_.metrics.CallEnded(MethodName(), ended.code, ended.reason, ended.took);
  // Health is asked every few seconds by whoever balances the load.
  if (scope_.call_ended == nullptr || method_ == nullptr || !method_->needs_caller) return;
  ended.ended = absl::Now();
  // Nobody asks the call for them any more.
  ended.request_id = std::move(context_.request_id);
  ended.method = std::string(MethodName());
  ended.caller = std::move(context_.caller);
  ended.request_bytes = message_bytes_;
  ended.span = context_.span;
  ended.handled = turn_ > 0;
  scope_.call_ended(ended);
}

void Call::FreeIfOver() {
  if (!state_.over()) return;
  CallScope& scope = scope_;
  scope.open.erase(this);
  if (stream_of_ != nullptr) --*stream_of_;
  if (share_of_ != nullptr) share_of_->GiveBack(caller_);
  if (refused_bytes_ > 0) {
    --scope.refused;
    scope.refused_bytes -= refused_bytes_;
    AskAgain(scope);
  }
  LetGo();
  LetGoOfRequest();
  if (header_bytes_ > 0) scope.admission.GiveBack(header_bytes_);
  scope.ReportOpen();
  ReportEnd();
  delete this;
  if (scope.draining()) scope.on_change();
}

}  // namespace kyc::rpc
