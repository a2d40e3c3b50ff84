// An answer that is given exactly once, whatever becomes of whoever owes it.
#ifndef SERVER_CALL_ANSWER_ONCE_H_
#define SERVER_CALL_ANSWER_ONCE_H_

#include <type_traits>
#include <utility>

#include "absl/types/optional.h"

namespace kyc {

// What is handed to whoever owes an answer: called with it, or destroyed without, which gives
// nullopt, so that nobody waits for ever. On any thread; must not block.
//
// `Give` takes the answer where it belongs. It is moved, never copied, and false once it was moved
// from, as a smart pointer is: so this is no larger than it.
template <typename Answer, typename Give>
class AnswerOnce {
  static_assert(!std::is_copy_constructible_v<Give> && std::is_nothrow_move_constructible_v<Give>);

 public:
  explicit AnswerOnce(Give give) : give_(std::move(give)) {}
  AnswerOnce(AnswerOnce&&) noexcept = default;
  AnswerOnce& operator=(AnswerOnce&&) = delete;
  ~AnswerOnce() {
    if (give_) End(absl::nullopt);
  }

  void operator()(Answer answer) && { End(std::move(answer)); }

 private:
  void End(absl::optional<Answer> answer) {
    Give give = std::move(give_);
    std::move(give)(std::move(answer));
  }

  Give give_;
};

}  // namespace kyc

#endif  // SERVER_CALL_ANSWER_ONCE_H_
