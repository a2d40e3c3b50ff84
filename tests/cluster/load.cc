#include "tests/cluster/load.h"

#include <gtest/gtest.h>

#include <iostream>
#include <utility>

#include "tests/support/child_process.h"

namespace kyc::tests {
namespace {

// After an answer other than 200, and before a gateway that is gone is looked for again.
constexpr absl::Duration kPause = absl::Milliseconds(20);

}  // namespace

Load::Load(LoadOptions options) : options_(std::move(options)) {
  for (int i = 0; i < options_.senders; ++i) senders_.emplace_back(i);
  followers_.resize(static_cast<size_t>(options_.gateways));
  for (int i = 0; i < options_.senders; ++i) {
    threads_.emplace_back([this, i] {
      for (int at = i; !stop_.HasBeenNotified(); ++at) Send(senders_[static_cast<size_t>(i)], at);
    });
  }
  for (int i = 0; i < options_.gateways; ++i) {
    threads_.emplace_back([this, i] {
      for (int at = i; !stop_.HasBeenNotified(); ++at)
        Follow(followers_[static_cast<size_t>(i)], at);
    });
  }
}

Load::~Load() { EXPECT_TRUE(threads_.empty()) << "End was not called"; }

// To one sidecar until that is gone.
void Load::Send(Sender& sender, int at) {
  WebhookConnection connection(options_.webhook_port(at % options_.sidecars),
                               options_.callback_token);
  int status = 200;
  do {
    status = sender.Post(connection);
    (status == 200 ? answered_ : status == 503 ? refused_ : others_).Add();
    stop_.WaitForNotificationWithTimeout(status == 200 ? options_.pause : kPause);
  } while (status != 0 && !stop_.HasBeenNotified());
}

// At one gateway until that is gone.
void Load::Follow(Follower& follower, int at) {
  const uint16_t port = options_.grpc_port(at % options_.gateways);
  if (port == 0) {
    stop_.WaitForNotificationWithTimeout(kPause);
    return;
  }
  const grpc::Status status = follower.FollowToTheEnd(port);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << status.error_message();
  ++stream_ends_;
}

void Load::AwaitMore(const Tally& tally, int more, const char* of) const {
  const int enough = tally.count() + more;
  ASSERT_TRUE(tally.Await(enough, kPatience))
      << tally.count() << " of " << enough << " times " << of;
}

void Load::End(const std::function<void()>& end_streams) {
  if (threads_.empty()) return;
  stop_.Notify();
  end_streams();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Load::ExpectAllOnce() {
  Follower whole;
  size_t known = 0;
  for (const Sender& sender : senders_) known += sender.answered().size();
  whole.CatchUpTo(known, options_.grpc_port(0));
  ExpectWholeLog(whole.seen(), senders_);
  for (Follower& follower : followers_) {
    follower.CatchUpTo(whole.seen().size(), options_.grpc_port(1));
    ExpectSame(follower.seen(), whole.seen());
  }
  std::cout << answered() << " times 200, " << refused() << " times 503, " << others()
            << " connections lost or other answers\n";
}

}  // namespace kyc::tests
