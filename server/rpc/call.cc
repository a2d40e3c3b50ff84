#include "server/rpc/call.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/call/error.h"
#include "server/call/steady_now.h"
#include "server/rpc/call_head.h"
#include "server/rpc/held_request.h"
#include "server/rpc/refusals.h"
#include "server/rpc/status.h"

namespace kyc::rpc {
namespace {

// How long an idle conversation stays, and a reply that its caller does not take.
constexpr absl::Duration kIdle = absl::Seconds(30);
// How long a stream's last write, and in a drain any reply, may stay stuck.
constexpr absl::Duration kStuck = absl::Seconds(1);
// Methods with requests up to this size do not wait for room while few messages are read so: gRPC
// reads a larger one before we can refuse it.
constexpr size_t kSmallRequest = 64 << 10;
constexpr int kMaxExpress = 8;
// Messages that are being read for methods that anybody may call. One more ends the oldest.
constexpr size_t kMaxAnonymousReads = 8;
// Streams that anybody may open.
constexpr int kMaxAnonymousStreams = 1000;
// Calls at once. Most of them wait for an upstream, whose slots are fewer.
constexpr size_t kMaxOpen = 50'000;

}  // namespace

class Call::Answer {
 public:
  explicit Answer(Call* call) : call_(call) {}
  Answer(Answer&& other) noexcept : call_(std::exchange(other.call_, nullptr)) {}
  Answer& operator=(Answer&&) = delete;
  ~Answer() {
    if (call_ != nullptr) Give(GatewayBug("a method ended without an answer"));
  }

  void operator()(absl::StatusOr<grpc::ByteBuffer> response) && { Give(std::move(response)); }

 private:
  void Give(absl::StatusOr<grpc::ByteBuffer> response) {
    Call* const call = std::exchange(call_, nullptr);
    CqLoop& loop = call->scope_.loop;
    if (loop.OnThisThread()) return call->Reply(std::move(response));
    loop.Post(
        [call, response = std::move(response)]() mutable { call->Reply(std::move(response)); });
  }

  Call* call_;
};

Call::Call(CallScope& scope) : scope_(scope), io_(&server_context_) {
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
  operations_ = 1;  // done_
  start_ = SteadyNow();
  scope_.open.insert(this);
  ReportOpen();
  if (absl::Status judged = Judge(); !judged.ok()) return End(std::move(judged), nullptr);
  if (method_->stream) ++*(counted_in_ = StreamCount());
  if (!method_->needs_caller) {
    ReadAnonymously();
  } else if (method_->max_request_bytes <= kSmallRequest && scope_.express < kMaxExpress) {
    // Watches and look-ups get in also when images fill the room.
    ++scope_.express;
    express_ = true;
    Read();
  } else {
    waiting_ = scope_.admission.Reserve([this](bool granted) {
      waiting_ = 0;
      if (!granted) return End(Overloaded(), nullptr);
      reserved_ = true;
      Read();
    });
  }
}

absl::Status Call::Judge() {
  const auto at = scope_.methods.find(server_context_.method());
  if (at == scope_.methods.end()) return UnknownMethod();
  method_ = &at->second;
  // Tools still need reflection to read the errors of a drain.
  if (scope_.draining && method_->needs_caller) return Draining(Outcome::kNotSent);
  const config::Caller* caller = nullptr;
  if (method_->needs_caller) {
    absl::StatusOr<const config::Caller*> found = CallerOf(server_context_, scope_.callers);
    if (!found.ok()) return found.status();
    caller = *found;
  }
  if (scope_.open.size() > kMaxOpen) return Overloaded();
  if (method_->stream && *StreamCount() >= MaxStreams()) return TooManyStreams();
  FillContext(caller);
  return absl::OkStatus();
}

int* Call::StreamCount() const {
  return method_->needs_caller ? &scope_.streams : &scope_.anonymous_streams;
}

int Call::MaxStreams() const {
  return method_->needs_caller ? scope_.limits.max_streams : kMaxAnonymousStreams;
}

void Call::FillContext(const config::Caller* caller) {
  context_ = ContextOf(server_context_, scope_.limits, caller);
  if (context_.request_id.empty()) {
    context_.request_id =
        absl::StrCat(absl::Hex(scope_.id_seed, absl::kZeroPad16), "-", ++scope_.calls_seen);
  }
  context_.cancel = cancel_.get_token();
}

void Call::ReadAnonymously() {
  scope_.anonymous_reads.push_back(this);
  Read();
  if (scope_.anonymous_reads.size() <= kMaxAnonymousReads) return;
  Call* const oldest = scope_.anonymous_reads.front();
  oldest->LeaveRead();
  oldest->Finish(RequestTooSlow());
}

void Call::Read() {
  reading_ = true;
  reading_since_ = SteadyNow();
  ++operations_;
  io_.Read(&request_, &read_);
}

void Call::LeaveRead() {
  if (std::exchange(express_, false)) --scope_.express;
  if (method_ != nullptr && !method_->needs_caller) scope_.anonymous_reads.remove(this);
}

void Call::OnRead(bool ok) {
  --operations_;
  reading_ = false;
  LeaveRead();
  if (!ending_ && ok) {
    Handle();
  } else if (!ending_) {
    // The caller has closed its side: after all messages if it sends several, too early otherwise.
    End(method_->each ? absl::OkStatus() : RequestCutShort(), nullptr);
  }
  FreeIfOver();
}

void Call::Handle() {
  if (std::exchange(reserved_, false)) {
    held_bytes_ = static_cast<int64_t>(request_.Length());
    scope_.admission.Settle(held_bytes_);
  }
  if (request_.Length() > method_->max_request_bytes) {
    return End(InvalidRequest({{"", absl::StrCat("the whole message must be at most ",
                                                 method_->max_request_bytes, " bytes")}}),
               nullptr);
  }
  turn_ = ++scope_.calls_handled;
  if (method_->unary) {
    handling_ = true;
    method_->unary(
        context_,
        HoldRequest(request_, std::exchange(held_bytes_, 0), scope_.loop, scope_.admission),
        Answer(this));
  } else if (method_->stream) {
    absl::StatusOr<std::unique_ptr<Producer>> producer = method_->stream(this, &request_);
    if (!producer.ok()) return End(producer.status(), nullptr);
    producer_ = *std::move(producer);
  } else {
    absl::StatusOr<grpc::ByteBuffer> answer = method_->each(&request_);
    if (!answer.ok()) return End(answer.status(), nullptr);
    Write(*answer);
  }
}

void Call::Reply(absl::StatusOr<grpc::ByteBuffer> response) {
  handling_ = false;
  if (!ending_) {
    if (response.ok()) {
      End(absl::OkStatus(), &*response);
    } else {
      End(AfterDrain(response.status()), nullptr);
    }
  }
  FreeIfOver();
}

void Call::Write(const grpc::ByteBuffer& message) {
  if (ending_) return;
  writing_ = true;
  ++operations_;
  io_.Write(message, &written_);
}

void Call::OnWritten(bool ok) {
  --operations_;
  writing_ = false;
  if (ending_) {
    if (!finish_started_) End(std::move(status_), nullptr);
  } else if (!ok) {
    End(absl::CancelledError("The connection is lost."), nullptr);
  } else if (method_->each) {
    request_.Clear();
    ReadAnonymously();
  } else if (producer_ != nullptr) {
    producer_->OnWritten();
  }
  FreeIfOver();
}

void Call::Finish(absl::Status status) {
  if (ending_) return;
  if (!writing_) return End(std::move(status), nullptr);
  ending_ = true;
  ending_since_ = SteadyNow();
  status_ = std::move(status);
}

void Call::End(absl::Status status, const grpc::ByteBuffer* response) {
  if (!ending_) ending_since_ = SteadyNow();
  ending_ = true;
  finish_started_ = true;
  code_ = status.code();
  reason_ = ReasonOf(status);
  ++operations_;
  if (response != nullptr) {
    io_.WriteAndFinish(*response, grpc::WriteOptions(), grpc::Status::OK, &finished_);
  } else {
    io_.Finish(ToGrpc(status), &finished_);
  }
}

void Call::OnFinished(bool) {
  --operations_;
  producer_.reset();
  FreeIfOver();
}

void Call::OnDone(bool) {
  --operations_;
  if (server_context_.IsCancelled()) {
    cancel_.request_stop();
    if (waiting_ != 0) scope_.admission.Forget(std::exchange(waiting_, 0));
    producer_.reset();
    // Whatever still runs ends by itself and finds ending_ set; a unary method still answers.
    if (!ending_ && !handling_ && !reading_ && !writing_) {
      End(absl::CancelledError("The caller cancelled."), nullptr);
    }
  }
  FreeIfOver();
}

void Call::BeginDrain() {
  if (producer_ != nullptr && !ending_) producer_->OnDrain();
}

void Call::EndByDrain() {
  if (ending_) return;
  ended_by_drain_ = true;
  cancel_.request_stop();
  if (handling_) return;  // Its answer ends it.
  if (waiting_ != 0) scope_.admission.Forget(std::exchange(waiting_, 0));
  Finish(Draining(Outcome::kNotSent));
}

absl::Status Call::AfterDrain(absl::Status status) const {
  if (!ended_by_drain_ || ReasonOf(status) != "CALLER_CANCELLED") return status;
  const bool not_sent = MetadataOf(status, "outcome") == OutcomeText(Outcome::kNotSent);
  return Draining(not_sent ? Outcome::kNotSent : Outcome::kUnknown);
}

void Call::EndIfOverdue() {
  const absl::Time now = SteadyNow();
  if (ending_) {
    // Its last message or its status is not taken.
    const bool patient = finish_started_ && !scope_.draining;
    if (now - ending_since_ > (patient ? kIdle : kStuck)) {
      cut_ = true;
      server_context_.TryCancel();
    }
  } else if (reading_ && now - reading_since_ > (method_->each ? kIdle : kReadPatience)) {
    Finish(RequestTooSlow());
  }
}

void Call::LetGoOfRequest() {
  request_.Clear();
  LeaveRead();
  if (std::exchange(reserved_, false)) scope_.admission.Settle(0);
  if (held_bytes_ > 0) scope_.admission.GiveBack(std::exchange(held_bytes_, 0));
}

void Call::ReportOpen() const {
  scope_.metrics.CallsOpen(static_cast<int64_t>(scope_.open.size()), scope_.streams,
                           scope_.admission.in_flight());
}

void Call::ReportEnd() {
  // When the caller left, or gRPC itself refused the call, our status is not why it ended; and a
  // reply that nobody took is no success.
  const bool cut = server_context_.IsCancelled() && (!cut_ || code_ == absl::StatusCode::kOk);
  scope_.metrics.CallEnded(
      method_ == nullptr ? "unknown" : absl::string_view(method_->name).substr(1),
      cut ? absl::StatusCode::kCancelled : code_, cut ? "" : reason_, SteadyNow() - start_);
}

void Call::FreeIfOver() {
  if (operations_ > 0 || handling_ || !finish_started_) return;
  scope_.open.erase(this);
  if (counted_in_ != nullptr) --*counted_in_;
  LetGoOfRequest();
  ReportOpen();
  ReportEnd();
  const auto on_ended = scope_.on_ended;
  delete this;
  if (on_ended) on_ended();
}

}  // namespace kyc::rpc
