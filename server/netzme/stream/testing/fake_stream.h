// A caller's end of a stream that remembers what it was sent.
#ifndef SERVER_NETZME_STREAM_TESTING_FAKE_STREAM_H_
#define SERVER_NETZME_STREAM_TESTING_FAKE_STREAM_H_

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/optional.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "server/rpc/stream.h"

namespace kyc::netzme {

inline std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  EXPECT_TRUE(buffer.Dump(&slices).ok());
  std::string bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

// Fails the test where a producer breaks the rules of rpc::Stream.
class FakeStream final : public rpc::Stream {
 public:
  using Response = ::netzme::v1::WatchUpgradesResponse;

  explicit FakeStream(CallContext context = {}) : context_(std::move(context)) {}

  void SetProducer(std::unique_ptr<rpc::Producer> producer) { producer_ = std::move(producer); }
  rpc::Producer& producer() { return *producer_; }
  // The connection is lost, or the stream's end was taken.
  void Close() { producer_.reset(); }

  const CallContext& context() const override { return context_; }
  void Write(const grpc::ByteBuffer& message) override {
    EXPECT_FALSE(writing_) << "a second write";
    EXPECT_FALSE(finished_.has_value()) << "a write after the end";
    Response response;
    EXPECT_TRUE(response.ParseFromString(BytesOf(message)));
    messages_.push_back(std::move(response));
    writing_ = true;
  }
  void Finish(absl::Status status) override {
    EXPECT_FALSE(finished_.has_value()) << "a second end";
    finished_ = std::move(status);
  }

  bool writing() const { return writing_; }
  // The transport takes the message in flight; false if there is none.
  bool CompleteWrite() {
    if (!std::exchange(writing_, false)) return false;
    if (!finished_.has_value() && producer_ != nullptr) producer_->OnWritten();
    return true;
  }

  const std::vector<Response>& messages() const { return messages_; }
  const absl::optional<absl::Status>& finished() const { return finished_; }

 private:
  const CallContext context_;
  std::unique_ptr<rpc::Producer> producer_;
  std::vector<Response> messages_;
  bool writing_ = false;
  absl::optional<absl::Status> finished_;
};

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_STREAM_TESTING_FAKE_STREAM_H_
