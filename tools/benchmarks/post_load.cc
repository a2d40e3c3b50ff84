#include "tools/benchmarks/post_load.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tools/benchmarks/gateway.h"
#include "tools/benchmarks/now.h"

namespace kyc::bench {

class PostLoad::Sender {
 public:
  explicit Sender(PostLoad& load) : load_(load) {}

  absl::Status Open(uint16_t port) {
    absl::StatusOr<std::unique_ptr<PostConnection>> opened =
        PostConnection::Open(load_.poller_, port, kNotifyPath, kCallbackTokenHeader,
                             [this](const PostConnection::Reply& reply) { OnReply(reply); });
    if (!opened.ok()) return opened.status();
    connection_ = *std::move(opened);
    return absl::OkStatus();
  }

  void Post() {
    begin_ = Now();
    ++load_.posted_;
    connection_->Post(load_.notification_.About(load_.next_reference_(), begin_));
  }

 private:
  void OnReply(const PostConnection::Reply& reply) {
    if (reply.status == 0) return load_.recorder_.Failed("webhook connection lost");
    if (reply.status == 200 && absl::StrContains(reply.body, "\"2000000\"")) {
      ++load_.stored_;
      load_.recorder_.Succeeded(Now() - begin_);
    } else {
      load_.recorder_.Failed(absl::StrCat("webhook answered ", reply.status));
    }
    if (load_.keep_posting_) {
      Post();
    } else {
      load_.idle_.push_back(this);
    }
  }

  PostLoad& load_;
  std::unique_ptr<PostConnection> connection_;
  int64_t begin_ = 0;
};

PostLoad::PostLoad(Poller& poller, Recorder& recorder, NextReference next_reference)
    : poller_(poller), recorder_(recorder), next_reference_(std::move(next_reference)) {}
PostLoad::~PostLoad() = default;

absl::Status PostLoad::Open(uint16_t port, int connections) {
  for (int i = 0; i < connections; ++i) {
    senders_.push_back(std::make_unique<Sender>(*this));
    if (absl::Status opened = senders_.back()->Open(port); !opened.ok()) return opened;
    idle_.push_back(senders_.back().get());
  }
  return absl::OkStatus();
}

void PostLoad::KeepPosting() {
  keep_posting_ = true;
  for (Sender* sender : std::exchange(idle_, {})) sender->Post();
}

bool PostLoad::PostOne() {
  if (idle_.empty()) return false;
  Sender* sender = idle_.back();
  idle_.pop_back();
  sender->Post();
  return true;
}

}  // namespace kyc::bench
