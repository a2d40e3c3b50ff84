// How a call is judged before a byte of its message is read.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/rpc/call.h"
#include "server/rpc/call_head.h"
#include "server/rpc/refusals.h"

namespace kyc::rpc {
namespace {

// Calls at once. Most of them wait for an upstream, whose slots are fewer.
constexpr size_t kMaxOpen = 50'000;
// What a refused call holds at gRPC beside its headers.
constexpr int64_t kRefusedCallBytes = 4 << 10;
// Headers of a call. Beyond the ordinary they count as bytes of its request.
constexpr int64_t kMaxHeaderBytes = 64 << 10;
constexpr int64_t kOrdinaryHeaderBytes = 4 << 10;
// How long the call may take, of what its caller asks. What goes on for as long as its caller likes
// has no other end.
absl::Duration TimeFor(const Method& method, absl::Duration asked, const config::Grpc& limits) {
  if (!method.unary) return asked;
  if (asked == absl::InfiniteDuration()) return limits.default_deadline;
  return std::min(asked, limits.max_deadline);
}

}  // namespace

absl::Status Call::Judge() {
  NameRequest();
  if (absl::Status found = FindMethod(); !found.ok()) return found;
  const config::Caller* caller = nullptr;
  if (method_->needs_caller) {
    absl::StatusOr<const config::Caller*> found = FindCaller();
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

// Its caller is told in any case.
void Call::NameRequest() {
  context_.request_id = RequestIdIn(server_context_);
  if (context_.request_id.empty()) {
    context_.request_id =
        absl::StrCat(absl::Hex(scope_.id_seed, absl::kZeroPad16), "-", ++scope_.calls_seen);
  }
  server_context_.AddInitialMetadata("x-request-id", context_.request_id);
}

absl::Status Call::FindMethod() {
  const auto at = scope_.methods.find(server_context_.method());
  if (at == scope_.methods.end()) return UnknownMethod();
  method_ = &at->second;
  // Tools still need reflection to read the errors of a drain.
  const bool refused = scope_.serving == Serving::kNothing && method_->needs_caller;
  return refused ? Draining(Outcome::kNotSent) : absl::OkStatus();
}

// Who may call this now.
absl::StatusOr<const config::Caller*> Call::FindCaller() {
  auto found = scope_.callers.Find(ShownBy(server_context_));
  if (!found.ok()) return found;
  context_.caller = (*found)->name;
  if (absl::Status may = scope_.callers.MayCall(**found, method_->name); !may.ok()) return may;
  return found;
}

void Call::JudgeAgain() {
  if (stream_of_ == nullptr || steps_ == nullptr) return;
  const bool saw_all = context_.allow_full_view;
  const auto found = FindCaller();
  if (!found.ok()) return End(found.status(), nullptr);
  if (saw_all && !(*found)->allow_full_view) End(PermissionsNarrowed(), nullptr);
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
  context_.arrived = start_;
  FillIn(context_, server_context_, start_ + time, caller, scope_.sampling);
  caller_ = caller != nullptr ? caller->name : AddressOf(server_context_);
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

}  // namespace kyc::rpc
