#include "tests/support/many_watchers.h"

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "tests/support/child_process.h"

namespace kyc::tests {
namespace {

using ::netzme::v1::UpgradeNotificationService;
using ::netzme::v1::WatchUpgradesRequest;
using ::netzme::v1::WatchUpgradesResponse;

constexpr size_t kChannels = 8;
// Its window stays at 64 KiB, so that little is taken of a stream that nobody reads.
std::shared_ptr<grpc::Channel> OpenNarrowChannel(uint16_t port) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port),
                                   grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace

class ManyWatchers::Stream final : public grpc::ClientReadReactor<WatchUpgradesResponse> {
 public:
  Stream(ManyWatchers& all, Seat& seat, bool stall) : all_(all), seat_(seat), stall_(stall) {}

  void Start(UpgradeNotificationService::Stub& stub, WatchUpgradesRequest request) {
    request_ = std::move(request);
    stub.async()->WatchUpgrades(&context_, &request_, this);
    StartRead(&response_);
    StartCall();
  }
  void Cancel() { context_.TryCancel(); }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    all_.Take(seat_, response_);
    if (!stall_) StartRead(&response_);
  }
  void OnDone(const grpc::Status& status) override { all_.Ended(status); }

 private:
  ManyWatchers& all_;
  Seat& seat_;
  const bool stall_;
  grpc::ClientContext context_;
  WatchUpgradesRequest request_;
  WatchUpgradesResponse response_;
};

ManyWatchers::ManyWatchers(uint16_t grpc_port, size_t count) : seats_(count) { MoveTo(grpc_port); }

ManyWatchers::~ManyWatchers() { CloseAll(); }

void ManyWatchers::MoveTo(uint16_t grpc_port) {
  CloseAll();
  stubs_.clear();
  for (size_t i = 0; i < kChannels; ++i) {
    stubs_.push_back(UpgradeNotificationService::NewStub(OpenNarrowChannel(grpc_port)));
  }
}

void ManyWatchers::OpenAll(::netzme::v1::View view) { Open(view, false); }

void ManyWatchers::OpenAllAndStall(::netzme::v1::View view) { Open(view, true); }

void ManyWatchers::Open(::netzme::v1::View view, bool stall) {
  CloseAll();
  for (size_t i = 0; i < seats_.size(); ++i) {
    WatchUpgradesRequest request;
    request.set_view(view);
    {
      const std::lock_guard lock(mutex_);
      seats_[i].caught_up = false;
      request.set_from(::netzme::v1::FROM_EARLIEST);
      if (!seats_[i].cursor.empty()) request.set_cursor(seats_[i].cursor);
      ++open_;
    }
    streams_.push_back(std::make_unique<Stream>(*this, seats_[i], stall));
    streams_.back()->Start(*stubs_[i % kChannels], std::move(request));
  }
}

void ManyWatchers::CloseAll() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  for (const auto& stream : streams_) stream->Cancel();
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_ == 0; });
    closing_ = false;
    caught_up_ = 0;
  }
  streams_.clear();
}

void ManyWatchers::Take(Seat& seat, const WatchUpgradesResponse& response) {
  const std::lock_guard lock(mutex_);
  const bool was_behind = seat.sequence < awaited_;
  // A heartbeat brings nobody on.
  if (!response.has_heartbeat() && (was_behind || !seat.caught_up)) ++moves_;
  for (const auto& event : response.events().events()) {
    if (event.sequence() != seat.sequence + 1) {
      seat.wrong = true;
      if (first_wrong_.empty()) {
        first_wrong_ = absl::StrCat(event.sequence(), " after ", seat.sequence);
      }
    }
    seat.sequence = event.sequence();
  }
  seat.cursor = response.cursor();
  if (was_behind && seat.sequence >= awaited_ && --behind_ == 0) changed_.notify_all();
  if (response.has_caught_up() && !std::exchange(seat.caught_up, true) &&
      ++caught_up_ == seats_.size()) {
    changed_.notify_all();
  }
}

void ManyWatchers::Ended(const grpc::Status& status) {
  const std::lock_guard lock(mutex_);
  if (!closing_) ++ends_[absl::StrCat(status.error_code(), " ", status.error_message())];
  --open_;
  changed_.notify_all();
}

bool ManyWatchers::AwaitMoving(std::unique_lock<std::mutex>& lock,
                               const std::function<bool()>& is_so) const {
  size_t moves = 0;
  do {
    moves = moves_;
    if (changed_.wait_for(lock, absl::ToChronoSeconds(kPatience), is_so)) return true;
  } while (moves_ != moves);
  return false;
}

bool ManyWatchers::AwaitSeen(int64_t sequence) {
  std::unique_lock lock(mutex_);
  awaited_ = sequence;
  behind_ = static_cast<size_t>(std::count_if(
      seats_.begin(), seats_.end(), [&](const Seat& seat) { return seat.sequence < sequence; }));
  return AwaitMoving(lock, [this] { return behind_ == 0; });
}

bool ManyWatchers::AwaitCaughtUp() const {
  std::unique_lock lock(mutex_);
  return AwaitMoving(lock, [this] { return caught_up_ == seats_.size(); });
}

size_t ManyWatchers::ended() const {
  const std::lock_guard lock(mutex_);
  size_t ended = 0;
  for (const auto& [status, count] : ends_) ended += count;
  return ended;
}

size_t ManyWatchers::wrong() const {
  const std::lock_guard lock(mutex_);
  return static_cast<size_t>(
      std::count_if(seats_.begin(), seats_.end(), [](const Seat& seat) { return seat.wrong; }));
}

std::string ManyWatchers::Summary() const {
  const std::lock_guard lock(mutex_);
  std::map<int64_t, size_t> at;
  for (const Seat& seat : seats_) ++at[seat.sequence];
  std::string text =
      absl::StrCat("awaited ", awaited_, ", caught up ", caught_up_, ", open ", open_);
  for (const auto& [sequence, count] : at) absl::StrAppend(&text, "\n", count, " at ", sequence);
  for (const auto& [status, count] : ends_) absl::StrAppend(&text, "\n", count, " ended: ", status);
  if (!first_wrong_.empty()) absl::StrAppend(&text, "\nfirst wrong: ", first_wrong_);
  return text;
}

}  // namespace kyc::tests
