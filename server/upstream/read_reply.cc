#include "server/upstream/read_reply.h"

#include "server/call/error.h"

namespace kyc::upstream {

void KeepIfMalformed(const absl::Status& error, HttpResponse response, const ReplyOf& of) {
  if (of.kept == nullptr || ReasonOf(error) != "UPSTREAM_MALFORMED") return;
  KeptReply reply;
  reply.upstream = std::string(of.upstream);
  reply.account = std::string(of.account);
  reply.endpoint = std::string(of.endpoint);
  reply.request_id = std::string(of.request_id);
  reply.http_status = response.status;
  reply.why = std::string(error.message());
  reply.body = std::move(response.body);
  of.kept->Keep(std::move(reply));
}

}  // namespace kyc::upstream
