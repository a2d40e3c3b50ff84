#include "clients/kyc/raw_call.h"

#include <grpcpp/completion_queue.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/channel_arguments.h>

#include <limits>
#include <map>

namespace kyc::client {
namespace {

// Waits for the one operation under way; false if it failed.
bool Wait(grpc::CompletionQueue& queue) {
  void* tag = nullptr;
  bool ok = false;
  return queue.Next(&tag, &ok) && ok;
}

std::string ToText(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string text;
  if (!buffer.Dump(&slices).ok()) return text;
  for (const grpc::Slice& slice : slices) {
    text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return text;
}

Headers HeadersOf(const std::multimap<grpc::string_ref, grpc::string_ref>& metadata) {
  Headers headers;
  for (const auto& [name, value] : metadata) {
    headers.emplace_back(std::string(name.data(), name.size()),
                         std::string(value.data(), value.size()));
  }
  return headers;
}

}  // namespace

std::shared_ptr<grpc::Channel> OpenChannel(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(std::numeric_limits<int>::max());
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // The library's own pause grows to two minutes, and comes on top of a follower's: no pause of
  // note here, whoever repeats calls waits by itself.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  // In spite of its name, how long one attempt may take: with TLS, far or busy, more than a moment.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 10'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200);
  return grpc::CreateCustomChannel(address, credentials, arguments);
}

void Apply(const CallOptions& options, grpc::ClientContext& context) {
  for (const auto& [name, value] : options.headers) context.AddMetadata(name, value);
  if (options.max_time != absl::InfiniteDuration()) {
    context.set_deadline(absl::ToChronoTime(absl::Now() + options.max_time));
  }
}

grpc::Status CallRaw(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
                     const std::vector<std::string>& requests, const CallOptions& options,
                     CallEvents& events) {
  grpc::ClientContext context;
  Apply(options, context);
  grpc::CompletionQueue queue;
  grpc::GenericStub stub(channel);
  auto call = stub.PrepareCall(&context, path, &queue);
  call->StartCall(nullptr);
  bool open = Wait(queue);
  for (size_t i = 0; open && i < requests.size(); ++i) {
    const grpc::Slice slice(requests[i]);
    call->Write(grpc::ByteBuffer(&slice, 1), nullptr);
    open = Wait(queue);
  }
  if (open) {
    call->WritesDone(nullptr);
    Wait(queue);
  }
  // Also after a failed write: the server may have answered before it had read everything.
  call->ReadInitialMetadata(nullptr);
  Wait(queue);
  events.OnHeaders(HeadersOf(context.GetServerInitialMetadata()));
  grpc::ByteBuffer reply;
  for (call->Read(&reply, nullptr); Wait(queue); call->Read(&reply, nullptr)) {
    events.OnReply(ToText(reply));
  }
  grpc::Status status;
  call->Finish(&status, nullptr);
  Wait(queue);
  events.OnTrailers(HeadersOf(context.GetServerTrailingMetadata()));
  return status;
}

}  // namespace kyc::client
