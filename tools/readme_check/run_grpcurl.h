// Runs our own client as the grpcurl that a README shows, in this process.
#ifndef TOOLS_README_CHECK_RUN_GRPCURL_H_
#define TOOLS_README_CHECK_RUN_GRPCURL_H_

#include <string>
#include <thread>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"

namespace kyc::readme {

// What it prints, within a minute. `on_reply` is called after each reply that was printed.
absl::StatusOr<std::string> RunGrpcurl(
    const std::vector<std::string>& words, absl::AnyInvocable<void()> on_reply = [] {});

// A command that goes on in a thread of its own while its owner runs others.
class OpenGrpcurl {
 public:
  // Blocks until the first reply is there, or the command has ended.
  explicit OpenGrpcurl(std::vector<std::string> words);

  // What it printed. Blocks until it has ended; once only.
  absl::StatusOr<std::string> Output();

 private:
  void Began();

  absl::Notification began_;
  absl::StatusOr<std::string> output_;
  std::jthread thread_;  // Last: it uses the others.
};

}  // namespace kyc::readme

#endif  // TOOLS_README_CHECK_RUN_GRPCURL_H_
