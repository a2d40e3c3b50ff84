#include "server/events/postgres/await.h"

#include <poll.h>

#include <algorithm>
#include <cstdint>

namespace kyc::events::postgres {
namespace {

int PollMs(absl::Duration limit) {
  const absl::Duration rounded = absl::Ceil(limit, absl::Milliseconds(1));
  return static_cast<int>(std::clamp<int64_t>(absl::ToInt64Milliseconds(rounded), 0, 60'000));
}

}  // namespace

void AwaitAny(const std::vector<AwaitedFile>& files, absl::Duration limit) {
  std::vector<pollfd> awaited;
  for (const AwaitedFile& each : files) awaited.push_back({each.file, each.events, 0});
  poll(awaited.data(), awaited.size(), PollMs(limit));
}

}  // namespace kyc::events::postgres
