#include "server/tracing/exporter.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/tracing/otlp_json.h"
#include "tools/version/version.h"

namespace kyc::tracing {
namespace {

constexpr std::chrono::seconds kInterval(1);

}  // namespace

Exporter::Exporter(const config::Tracing& settings, Metrics& metrics, RepeatedLines::Write log)
    : metrics_(metrics),
      log_(std::move(log)),
      collector_(settings.otlp_url, settings.ca_file),
      thread_([this] { Run(); }) {}

Exporter::~Exporter() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  ends_.notify_one();
  thread_.join();
}

OnEnded Exporter::Listeners() {
  const auto add = [this](const auto& ended) {
    if (ended.span.recorded) Add(RecordOf(ended));
  };
  return {add, add, nullptr};
}

void Exporter::Add(SpanRecord span) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() < kMaxWaiting) return waiting_.push_back(std::move(span));
  }
  metrics_.SpansEnded(1, false);
}

void Exporter::Run() {
  bool last = false;
  while (!last) {
    std::vector<SpanRecord> spans;
    {
      std::unique_lock lock(mutex_);
      if (waiting_.size() < kMaxInRequest) {
        ends_.wait_for(lock, kInterval, [this] { return ending_; });
      }
      last = ending_;
      const auto end = waiting_.begin() + std::min(waiting_.size(), kMaxInRequest);
      std::move(waiting_.begin(), end, std::back_inserter(spans));
      waiting_.erase(waiting_.begin(), end);
    }
    if (!spans.empty()) Send(spans);
  }
  const std::lock_guard lock(mutex_);
  if (!waiting_.empty()) metrics_.SpansEnded(static_cast<int64_t>(waiting_.size()), false);
}

void Exporter::Send(const std::vector<SpanRecord>& spans) {
  const absl::Status taken = collector_.Post(OtlpJson(spans, kVersionNumber));
  metrics_.SpansEnded(static_cast<int64_t>(spans.size()), taken.ok());
  if (!taken.ok()) log_.Say(absl::StrCat("spans were lost: ", taken.message()));
}

}  // namespace kyc::tracing
