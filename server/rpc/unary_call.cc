#include "server/rpc/unary_call.h"

#include <memory>
#include <utility>

#include "absl/types/optional.h"
#include "server/call/answer_once.h"
#include "server/call/error.h"

namespace kyc::rpc {
namespace {

// Carries a method's answer back to the loop.
class ToCall {
 public:
  ToCall(OpenCall* call, CqLoop& loop) : call_(call), loop_(loop) {}
  ToCall(ToCall&&) noexcept = default;

  explicit operator bool() const { return call_ != nullptr; }
  void operator()(absl::optional<UnaryAnswer> answer) && {
    OpenCall* const call = call_.get();
    if (!answer) answer.emplace(GatewayBug("a method ended without an answer"));
    if (loop_.OnThisThread()) return call->Answer(*std::move(answer));
    loop_.Post([call, answer = *std::move(answer)]() mutable { call->Answer(std::move(answer)); });
  }

 private:
  // It belongs to the loop, which frees it once it was answered.
  struct NotOurs {
    void operator()(OpenCall*) const {}
  };
  std::unique_ptr<OpenCall, NotOurs> call_;
  CqLoop& loop_;
};

}  // namespace

void UnaryCall::OnMessage() {
  method_.unary(call_.context(), call_.TakeRequest(),
                AnswerOnce<UnaryAnswer, ToCall>(ToCall(&call_, loop_)));
}

}  // namespace kyc::rpc
