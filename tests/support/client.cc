#include "tests/support/client.h"

#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "finpay/linkage/v1/linkage.grpc.pb.h"
#include "widekyc/v1/widekyc.grpc.pb.h"

namespace kyc::tests {
namespace {

using ::finpay::linkage::v1::UpgradeAccountService;
using ::widekyc::v1::WideKycService;

void Apply(const CallOptions& how, grpc::ClientContext& context) {
  context.set_deadline(absl::ToChronoTime(absl::Now() + how.deadline));
  for (const auto& [name, value] : how.headers) context.AddMetadata(name, value);
  if (how.compress) context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
}

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Valid() || !buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

bool WasReplayed(const grpc::ClientContext& context) {
  const auto& trailers = context.GetServerTrailingMetadata();
  const auto found = trailers.find("kyc-replay");
  return found != trailers.end() && found->second == "1";
}

}  // namespace

ErrorView Transcript::Add(const grpc::Status& status) {
  const ErrorView view = View(status);
  EXPECT_EQ(view.fault, "") << status.error_message();
  const std::lock_guard lock(mutex_);
  absl::StrAppend(&text_, status.error_message(), "\n", status.error_details(), "\n");
  return view;
}

std::string Transcript::Text() const {
  const std::lock_guard lock(mutex_);
  return text_;
}

std::shared_ptr<grpc::Channel> OpenChannel(uint16_t port) {
  return OpenChannel(absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials());
}

std::shared_ptr<grpc::Channel> OpenChannel(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetMaxSendMessageSize(-1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // Each has a connection of its own.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, credentials, arguments);
}

Client::Client(uint16_t port, Transcript& transcript)
    : channel_(OpenChannel(port)), transcript_(transcript) {}

Reply<WidgetResponse> Client::CreateWidget(const WidgetRequest& request, const CallOptions& how) {
  grpc::ClientContext context;
  Apply(how, context);
  Reply<WidgetResponse> reply;
  reply.error =
      transcript_.Add(UpgradeAccountService::NewStub(channel_)->CreateUpgradeAccountWidget(
          &context, request, &reply.response));
  reply.replayed = WasReplayed(context);
  return reply;
}

Reply<LivenessResponse> Client::DetectLiveness(const LivenessRequest& request,
                                               const CallOptions& how) {
  grpc::ClientContext context;
  Apply(how, context);
  Reply<LivenessResponse> reply;
  reply.error = transcript_.Add(
      WideKycService::NewStub(channel_)->DetectLiveness(&context, request, &reply.response));
  reply.replayed = WasReplayed(context);
  return reply;
}

Reply<RecognizeResponse> Client::RecognizeId(const RecognizeRequest& request,
                                             const CallOptions& how) {
  grpc::ClientContext context;
  Apply(how, context);
  Reply<RecognizeResponse> reply;
  reply.error = transcript_.Add(
      WideKycService::NewStub(channel_)->RecognizeId(&context, request, &reply.response));
  reply.replayed = WasReplayed(context);
  return reply;
}

Reply<ValidateResponse> Client::ValidateId(const ValidateRequest& request, const CallOptions& how) {
  grpc::ClientContext context;
  Apply(how, context);
  Reply<ValidateResponse> reply;
  reply.error = transcript_.Add(
      WideKycService::NewStub(channel_)->ValidateId(&context, request, &reply.response));
  reply.replayed = WasReplayed(context);
  return reply;
}

Reply<std::string> Client::Raw(const std::string& method, absl::string_view request,
                               const CallOptions& how) {
  grpc::ClientContext context;
  Apply(how, context);
  const grpc::Slice slice(request.data(), request.size());
  const grpc::ByteBuffer bytes(&slice, 1);
  grpc::ByteBuffer response;
  grpc::Status status;
  grpc::CompletionQueue queue;
  grpc::GenericStub stub(channel_);
  const auto call = stub.PrepareUnaryCall(&context, method, bytes, &queue);
  call->StartCall();
  call->Finish(&response, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  Reply<std::string> reply;
  reply.error = transcript_.Add(status);
  if (status.ok()) reply.response = BytesOf(response);
  reply.replayed = WasReplayed(context);
  return reply;
}

}  // namespace kyc::tests
