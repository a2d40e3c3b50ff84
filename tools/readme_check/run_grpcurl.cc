#include "tools/readme_check/run_grpcurl.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "clients/kyc/command.h"
#include "clients/kyc/run_command.h"

namespace kyc::readme {
namespace {

// The client flushes after each reply.
class Replies : public std::stringbuf {
 public:
  explicit Replies(absl::AnyInvocable<void()> on_reply) : on_reply_(std::move(on_reply)) {}

 private:
  int sync() override {
    on_reply_();
    return 0;
  }

  absl::AnyInvocable<void()> on_reply_;
};

}  // namespace

absl::StatusOr<std::string> RunGrpcurl(const std::vector<std::string>& words,
                                       absl::AnyInvocable<void()> on_reply) {
  auto command = client::ParseCommand(words);
  if (!command.ok()) return command.status();
  command->max_time = std::min(command->max_time, absl::Minutes(1));
  Replies replies(std::move(on_reply));
  std::istringstream in;
  std::ostream out(&replies);
  std::ostringstream err;
  client::RunCommand(*command, in, out, err);
  return absl::StrCat(replies.str(), err.str());
}

OpenGrpcurl::OpenGrpcurl(std::vector<std::string> words)
    : thread_([this, words = std::move(words)] {
        output_ = RunGrpcurl(words, [this] { Began(); });
        Began();
      }) {
  began_.WaitForNotification();
}

void OpenGrpcurl::Began() {
  if (!began_.HasBeenNotified()) began_.Notify();
}

absl::StatusOr<std::string> OpenGrpcurl::Output() {
  thread_.join();
  return std::move(output_);
}

}  // namespace kyc::readme
