#include "server/rpc/unary_call.h"

#include <utility>

#include "server/call/error.h"

namespace kyc::rpc {
namespace {

// Carries a method's answer back to the loop, also when the method forgot to answer.
class Answerer {
 public:
  Answerer(OpenCall* call, CqLoop& loop) : call_(call), loop_(loop) {}
  Answerer(Answerer&& other) noexcept
      : call_(std::exchange(other.call_, nullptr)), loop_(other.loop_) {}
  Answerer& operator=(Answerer&&) = delete;
  ~Answerer() {
    if (call_ != nullptr) Give(GatewayBug("a method ended without an answer"));
  }

  void operator()(UnaryAnswer answer) && { Give(std::move(answer)); }

 private:
  void Give(UnaryAnswer answer) {
    OpenCall* const call = std::exchange(call_, nullptr);
    if (loop_.OnThisThread()) return call->Answer(std::move(answer));
    loop_.Post([call, answer = std::move(answer)]() mutable { call->Answer(std::move(answer)); });
  }

  OpenCall* call_;
  CqLoop& loop_;
};

}  // namespace

void UnaryCall::OnMessage() {
  method_.unary(call_.context(), call_.TakeRequest(), Answerer(&call_, loop_));
}

}  // namespace kyc::rpc
