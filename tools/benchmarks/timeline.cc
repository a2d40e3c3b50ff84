#include "tools/benchmarks/timeline.h"

#include <utility>

#include "tools/benchmarks/now.h"

namespace kyc::bench {
namespace {

constexpr int64_t kEvery = 100'000'000;
constexpr double kSecond = 1e9;

}  // namespace

Sampler::Sampler(Timeline& timeline, std::vector<Source> sources)
    : timeline_(timeline), sources_(std::move(sources)), begin_(Now()), next_(begin_ + kEvery) {
  for (const Source& source : sources_) timeline_.lines.push_back({source.name, {}});
}

void Sampler::SampleIfDue() {
  const int64_t now = Now();
  if (now < next_) return;
  next_ = now + kEvery;
  for (size_t i = 0; i < sources_.size(); ++i) {
    timeline_.lines[i].points.emplace_back((now - begin_) / kSecond, sources_[i].value());
  }
}

}  // namespace kyc::bench
