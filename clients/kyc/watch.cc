#include "clients/kyc/watch.h"

#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>

#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "absl/random/random.h"
#include "absl/status/statusor.h"
#include "clients/kyc/access.h"
#include "clients/kyc/brief_text.h"
#include "clients/kyc/cursor_file.h"
#include "clients/kyc/json_print.h"
#include "clients/kyc/raw_call.h"
#include "clients/kyc/status_text.h"
#include "clients/kyc/watch_plan.h"
#include "netzme/v1/upgrade_notification.grpc.pb.h"

namespace kyc::client {
namespace {

namespace netzme = ::netzme::v1;

// Three of the server's heartbeats: a stream that is silent for longer is dead, whatever TCP says.
constexpr absl::Duration kSilence = absl::Seconds(45);

const google::protobuf::DescriptorPool& Types() {
  return *google::protobuf::DescriptorPool::generated_pool();
}

// One stream, from its request to its end.
class Stream {
 public:
  Stream(netzme::UpgradeNotificationService::Stub& stub, const CallOptions& options,
         const netzme::WatchUpgradesRequest& request) {
    Apply(options, context_);
    reader_ = stub.PrepareAsyncWatchUpgrades(&context_, request, &queue_);
    reader_->StartCall(nullptr);
    Wait();
  }

  ~Stream() {
    context_.TryCancel();
    queue_.Shutdown();
    void* tag;
    bool ok;
    while (queue_.Next(&tag, &ok)) {
    }
  }

  // False at the end, which Finish() then explains.
  bool Read(netzme::WatchUpgradesResponse& response) {
    reader_->Read(&response, nullptr);
    return Wait();
  }

  grpc::Status Finish() {
    grpc::Status status;
    reader_->Finish(&status, nullptr);
    Wait();
    if (!silent_) return status;
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the server has fallen silent");
  }

 private:
  // For the one operation under way.
  bool Wait() {
    void* tag = nullptr;
    bool ok = false;
    const auto deadline = absl::ToChronoTime(absl::Now() + kSilence);
    if (queue_.AsyncNext(&tag, &ok, deadline) == grpc::CompletionQueue::TIMEOUT) {
      silent_ = true;
      context_.TryCancel();
      queue_.Next(&tag, &ok);
      return false;
    }
    return ok;
  }

  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::ClientAsyncReader<netzme::WatchUpgradesResponse>> reader_;
  bool silent_ = false;
};

// Where the follower stands, over all streams.
class Follower {
 public:
  Follower(const Command& command, std::string cursor, std::ostream& out)
      : command_(command), cursor_(std::move(cursor)), out_(out) {}

  const std::string& cursor() const { return cursor_; }

  // Prints what the message brings, then moves the cursor behind it.
  absl::Status Take(const netzme::WatchUpgradesResponse& message) {
    for (const netzme::UpgradeEvent& event : message.events().events()) {
      out_ << PrintJson(event, Types(), {.one_line = true}) << "\n";
    }
    if (!out_.flush()) return absl::DataLossError("cannot write the events");
    if (message.cursor().empty() || message.cursor() == cursor_) return absl::OkStatus();
    cursor_ = message.cursor();
    return command_.cursor_file.empty() ? absl::OkStatus()
                                        : WriteCursor(command_.cursor_file, cursor_);
  }

 private:
  const Command& command_;
  std::string cursor_;
  std::ostream& out_;
};

int Fail(std::ostream& err, const absl::Status& why) {
  err << "kyc watch: " << why.message() << "\n";
  return 1;
}

}  // namespace

int Watch(const Command& command, std::ostream& out, std::ostream& err,
          absl::FunctionRef<void(absl::Duration)> pause) {
  const auto saved = command.cursor_file.empty() ? absl::StatusOr<std::string>("")
                                                 : ReadCursor(command.cursor_file);
  if (!saved.ok()) return Fail(err, saved.status());
  const auto credentials = CredentialsOf(command);
  if (!credentials.ok()) return Fail(err, credentials.status());
  const auto stub =
      netzme::UpgradeNotificationService::NewStub(OpenChannel(command.address, *credentials));
  Follower follower(command, *saved, out);
  absl::BitGen random;
  for (int fruitless = 0;; ++fruitless) {
    auto headers = HeadersOf(command);
    if (!headers.ok()) return Fail(err, headers.status());
    Stream stream(*stub, {*std::move(headers)}, WatchRequest(command, follower.cursor()));
    netzme::GoodbyeReason goodbye = netzme::GOODBYE_REASON_UNSPECIFIED;
    netzme::WatchUpgradesResponse message;
    while (stream.Read(message)) {
      if (message.has_events()) fruitless = 0;
      if (message.has_goodbye()) goodbye = message.goodbye().reason();
      if (const absl::Status taken = follower.Take(message); !taken.ok()) return Fail(err, taken);
    }
    const grpc::Status end = stream.Finish();
    const AfterEnd next = JudgeEnd(end, goodbye);
    if (next == AfterEnd::kGiveUp) {
      err << StatusText(end, Types());
      return 64 + end.error_code();
    }
    err << "kyc watch: the stream ended (" << BriefText(end.error_message()) << "), reopening it"
        << std::endl;
    if (next == AfterEnd::kReopenLater) {
      pause(Backoff(fruitless, absl::Uniform(random, 0.0, 1.0)));
    }
  }
}

}  // namespace kyc::client
