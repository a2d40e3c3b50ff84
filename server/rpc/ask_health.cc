#include "server/rpc/ask_health.h"

#include <fcntl.h>
#include <grpcpp/create_channel_posix.h>
#include <grpcpp/generic/generic_stub.h>

#include <chrono>
#include <memory>

#include "absl/time/clock.h"

namespace kyc::rpc {

bool AnswersHealth(int connection, absl::Duration patience) {
  const int owned = fcntl(connection, F_DUPFD_CLOEXEC, 0);  // The channel closes it.
  if (owned < 0) return false;
  grpc::GenericStub stub(grpc::CreateInsecureChannelFromFd("itself", owned));
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + patience));
  grpc::CompletionQueue queue;
  grpc::Slice nothing;
  const auto call = stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check",
                                          grpc::ByteBuffer(&nothing, 1), &queue);
  call->StartCall();
  grpc::ByteBuffer reply;
  grpc::Status status;
  call->Finish(&reply, &status, nullptr);
  void* tag;
  bool ok;
  queue.Next(&tag, &ok);
  // What the server itself refuses has details: it is there.
  return status.ok() || !status.error_details().empty();
}

}  // namespace kyc::rpc
