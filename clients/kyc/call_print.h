// A call as grpcurl shows it, while it goes on.
#ifndef CLIENTS_KYC_CALL_PRINT_H_
#define CLIENTS_KYC_CALL_PRINT_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <iosfwd>

#include "absl/time/time.h"
#include "clients/kyc/command.h"
#include "clients/kyc/dynamic_client.h"

namespace kyc::client {

// Writes each reply; where it is to say more, also what is sent and what comes with the replies.
// Used by one thread, for one call.
class CallPrint final : public ReplyEvents {
 public:
  // All outlive it. Of the headers, those that tell who calls are named only.
  CallPrint(const Command& command, const google::protobuf::DescriptorPool& types,
            std::ostream& out);

  // Before anything is sent.
  void Begin(const google::protobuf::MethodDescriptor& method, const Headers& headers);

  void OnSend(int requests) override { requests_ = requests; }
  void OnHeaders(const Headers& headers) override;
  void OnReply(const google::protobuf::Message& reply) override;
  void OnTrailers(const Headers& trailers) override;

  // How long all of it took, and the call itself.
  void Times(absl::Duration all, absl::Duration call);

 private:
  bool Says(Verbosity verbosity) const { return command_.verbosity >= verbosity; }

  const Command& command_;
  const google::protobuf::DescriptorPool& types_;
  std::ostream& out_;
  int requests_ = 0;
  int replies_ = 0;
};

}  // namespace kyc::client

#endif  // CLIENTS_KYC_CALL_PRINT_H_
