#include "server/frames/crowd.h"

#include <algorithm>
#include <array>
#include <utility>

namespace kyc::frames {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr std::array<int64_t Cost::*, 3> kKinds = {&Cost::control, &Cost::pings, &Cost::work};

// Of the second that ends now: what came since the clock's last one began, and of that one as much
// as is not over.
class LastSecond {
 public:
  explicit LastSecond(int64_t steady_ns) : of_before_(kSecond - steady_ns % kSecond) {}

  int64_t Of(int64_t now, int64_t before) const { return now + before * of_before_ / kSecond; }

 private:
  const int64_t of_before_;
};

}  // namespace

Excess Crowd::Pay(absl::string_view source, const Cost& cost, int64_t steady_ns) {
  const absl::MutexLock lock(&mutex_);
  TurnTo(steady_ns / kSecond);
  Cost& of_source = now_.of[source];
  const auto at = before_.of.find(source);
  const Cost before = at == before_.of.end() ? Cost() : at->second;
  const auto sources = static_cast<int64_t>(std::max(now_.of.size(), before_.of.size()));
  const LastSecond last(steady_ns);
  for (const auto kind : kKinds) {
    const int64_t of_it = last.Of(of_source.*kind, before.*kind) + cost.*kind;
    const int64_t of_all = last.Of(now_.all.*kind, before_.all.*kind) + cost.*kind;
    if (of_it > kOfASource.*kind) return Excess::kSource;
    if (of_all > kOfAll.*kind && of_it * sources > kOfAll.*kind) return Excess::kCrowd;
  }
  of_source += cost;
  now_.all += cost;
  return Excess::kNone;
}

size_t Crowd::size() const {
  const absl::MutexLock lock(&mutex_);
  return std::max(now_.of.size(), before_.of.size());
}

void Crowd::TurnTo(int64_t second) {
  // Of two threads the one whose time is older may come later.
  if (second <= second_) return;
  before_ = second == second_ + 1 ? std::move(now_) : Second();
  now_ = Second();
  second_ = second;
}

}  // namespace kyc::frames
