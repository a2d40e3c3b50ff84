#include "server/rpc/call.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/rpc/call_head.h"
#include "server/rpc/held_request.h"
#include "server/rpc/refusals.h"
#include "server/rpc/status.h"

namespace kyc::rpc {
namespace {

// Messages up to this size come without our asking: flow control lets as much through unread.
constexpr size_t kSmallRequest = 64 << 10;
// Calls at once. Most of them wait for an upstream, whose slots are fewer.
constexpr size_t kMaxOpen = 50'000;
// What calls that were refused may hold until their callers are told; and what each of them holds
// at gRPC beside its headers.
constexpr int64_t kMaxRefusedBytes = 64 << 20;
constexpr int64_t kRefusedCallBytes = 4 << 10;
// Headers of a call. Beyond the ordinary they count as bytes of its request.
constexpr int64_t kMaxHeaderBytes = 64 << 10;
constexpr int64_t kOrdinaryHeaderBytes = 4 << 10;
// Where memory is short, a message may be on its way for so long.
constexpr absl::Duration kShortRead = absl::Milliseconds(250);
// What a method that keeps its deadline by itself may need to say so.
constexpr absl::Duration kToSaySo = absl::Milliseconds(100);

Admission::Way WayOf(const Method& method) {
  if (!method.needs_caller) return Admission::Way::kAnybody;
  if (method.max_request_bytes <= kSmallRequest) return Admission::Way::kSmall;
  return method.images_optional ? Admission::Way::kOptional : Admission::Way::kImages;
}

// How long the call may take, of what its caller asks. What goes on for as long as its caller likes
// has no other end.
absl::Duration TimeFor(const Method& method, absl::Duration asked, const config::Grpc& limits) {
  if (!method.unary) return asked;
  if (asked == absl::InfiniteDuration()) return limits.default_deadline;
  return std::min(asked, limits.max_deadline);
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

void Call::OnAccepted(bool ok) {
  if (!ok) {  // The server shuts down.
    delete this;
    return;
  }
  AcceptNext(scope_);
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

absl::Status Call::Judge() {
  if (absl::Status found = FindMethod(); !found.ok()) return found;
  const config::Caller* caller = nullptr;
  if (method_->needs_caller) {
    absl::StatusOr<const config::Caller*> found = CallerOf(server_context_, scope_.callers);
    if (!found.ok()) return found.status();
    caller = *found;
    if (method_->stream && scope_.streams >= scope_.limits.max_streams) return TooManyStreams();
  }
  if (scope_.admitted() > kMaxOpen) return Overloaded();
  const int64_t header_bytes = HeaderBytes(server_context_);
  if (header_bytes > kMaxHeaderBytes) return HeadersTooLarge();
  if (header_bytes > kOrdinaryHeaderBytes) scope_.admission.Hold(header_bytes_ = header_bytes);
  FillContext(caller);
  return Count();
}

// Callers that do not read are told nothing once too many wait for it: what each of them is told
// waits, too.
void Call::Refuse(absl::Status status) {
  const int64_t bytes = HeaderBytes(server_context_) + kRefusedCallBytes;
  refused_bytes_ = bytes;
  ++scope_.refused;
  scope_.refused_bytes += bytes;
  if (scope_.refused_bytes > kMaxRefusedBytes) return Cut(status);
  End(std::move(status), nullptr);
}

absl::Status Call::FindMethod() {
  const auto at = scope_.methods.find(server_context_.method());
  if (at == scope_.methods.end()) return UnknownMethod();
  method_ = &at->second;
  // Tools still need reflection to read the errors of a drain.
  const bool refused = scope_.serving == Serving::kNothing && method_->needs_caller;
  return refused ? Draining(Outcome::kNotSent) : absl::OkStatus();
}

absl::Status Call::Count() {
  if (!method_->needs_caller) {
    net::Shares& shares = method_->unary ? scope_.anybodys_calls : scope_.anybodys_streams;
    if (!shares.Take(caller_)) return method_->unary ? Overloaded() : TooManyStreams();
    share_of_ = &shares;
  } else if (method_->stream) {
    stream_of_ = &scope_.streams;
    ++scope_.streams;
  }
  return absl::OkStatus();
}

void Call::FillContext(const config::Caller* caller) {
  const absl::Duration time = TimeFor(*method_, TimeAsked(server_context_), scope_.limits);
  context_ = ContextOf(server_context_, start_ + time, caller);
  caller_ = caller != nullptr ? caller->name : AddressOf(server_context_);
  if (context_.request_id.empty()) {
    context_.request_id =
        absl::StrCat(absl::Hex(scope_.id_seed, absl::kZeroPad16), "-", ++scope_.calls_seen);
  }
  context_.cancel = cancel_.get_token();
}

void Call::Begin() {
  if (method_->unary) {
    steps_ = &kind_.emplace<UnaryCall>(*this, *method_, scope_.loop);
    state_.Begin(CallKind::kUnary);
  } else if (method_->stream) {
    steps_ = &kind_.emplace<StreamCall>(*this, *method_);
    state_.Begin(CallKind::kStream);
  } else {
    steps_ = &kind_.emplace<ConversationCall>(*this, *method_);
    state_.Begin(CallKind::kConversation);
  }
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

void Call::Answer(absl::StatusOr<grpc::ByteBuffer> answer) {
  if (state_.Answer()) {
    if (answer.ok()) {
      End(absl::OkStatus(), &*answer);
    } else {
      End(AfterStop(answer.status()), nullptr);
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

void Call::TellFinish() { io_.Finish(ToGrpc(status_), &finished_); }

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

void Call::BeginDrain() {
  if (steps_ != nullptr) steps_->OnDrain();
}

void Call::Stop(Stopped why) {
  if (!state_.Stop(scope_.loop.now())) return;
  stopped_ = why;
  cancel_.request_stop();  // The answer ends the call, or the limit of this phase does.
}

void Call::EndByDrain() {
  if (state_.phase() == Phase::kHandling) return Stop(Stopped::kByDrain);
  if (state_.phase() != Phase::kStopping) End(Draining(Outcome::kNotSent), nullptr);
}

absl::Status Call::AfterStop(absl::Status status) const {
  if (stopped_ == Stopped::kNo || ReasonOf(status) != "CALLER_CANCELLED") return status;
  const bool not_sent = MetadataOf(status, "outcome") == OutcomeText(Outcome::kNotSent);
  const Outcome outcome = not_sent ? Outcome::kNotSent : Outcome::kUnknown;
  return stopped_ == Stopped::kByDrain ? Draining(outcome) : DeadlineOver(outcome);
}

// One that keeps its deadline by itself is given the time to say so.
absl::Time Call::Deadline() const {
  const bool says_so = state_.phase() == Phase::kHandling && method_->keeps_deadline;
  return says_so ? context_.deadline + kToSaySo : context_.deadline;
}

void Call::EndIfOverdue(absl::Time now) {
  const absl::Time deadline = Deadline();
  if (!state_.IsOverdue(now, deadline, scope_.draining())) return;
  const bool late = now > deadline;
  switch (state_.phase()) {
    case Phase::kWaiting:
      return End(late ? DeadlineOver(Outcome::kNotSent) : Overloaded(), nullptr);
    case Phase::kReading:
      return End(RequestTooSlow(), nullptr);
    case Phase::kHandling:
      if (method_->keeps_deadline) return Stop(Stopped::kByDeadline);
      cancel_.request_stop();
      return End(DeadlineOver(Outcome::kUnknown), nullptr);
    case Phase::kStopping:
      return End(stopped_ == Stopped::kByDrain ? Draining(Outcome::kUnknown)
                                               : DeadlineOver(Outcome::kUnknown),
                 nullptr);
    case Phase::kOpen:
    case Phase::kWriting:
      return late ? End(DeadlineOver(Outcome::kNotSent), nullptr) : Cut(NotTaken());
    default:
      return Cut(status_);
  }
}

void Call::EndLongRead(absl::Time now) {
  if (state_.phase() == Phase::kReading) {
    if (now - state_.since() > kShortRead) End(Overloaded(), nullptr);
  } else if (state_.phase() == Phase::kFinishing && state_.Owes(Owed::kRead)) {
    Cut(status_);  // Its caller does not take the end, and gRPC takes its message until then.
  }
}

bool Call::ReadsLittle() const {
  return method_ != nullptr && method_->max_request_bytes <= kSmallRequest;
}

// Its caller does not take what it is sent.
void Call::Cut(const absl::Status& status) {
  status_ = status;
  cut_ = true;
  state_.Leave(scope_.loop.now());
  server_context_.TryCancel();
  LetGo();
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

void Call::ReportEnd() {
  // When the caller left, or gRPC itself refused the call, our status is not why it ended; and a
  // reply that nobody took is no success.
  const bool cancelled = server_context_.IsCancelled() && (!cut_ || status_.ok());
  scope_.metrics.CallEnded(
      method_ == nullptr ? "unknown" : absl::string_view(method_->name).substr(1),
      cancelled ? absl::StatusCode::kCancelled : status_.code(), cancelled ? "" : ReasonOf(status_),
      scope_.loop.now() - start_);
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
