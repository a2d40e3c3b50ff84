// Replies of upstreams that could not be read (UPSTREAM_MALFORMED), kept for the administrator:
// nothing else tells what the upstream sends now.
#ifndef SERVER_CALL_KEPT_REPLIES_H_
#define SERVER_CALL_KEPT_REPLIES_H_

#include <string>

namespace kyc {

// One such reply. All of it but its body may be shown and logged.
struct KeptReply {
  std::string upstream;    // "finpay", "widekyc".
  std::string account;     // Of the gateway's configuration.
  std::string endpoint;    // "id-recognize": the last step of the endpoint's path.
  std::string request_id;  // CallContext's, by which the log and the caller know the call.
  int http_status = 0;
  std::string why;  // The error's sentence, e.g. "The reply of the upstream widekyc is empty".
  // As it came, or as much of it as came; at most `max_reply_bytes`. Personal data: sealed, never
  // logged.
  std::string body;
};

// Thread-safe. Owned by the gateway, outlives the services and the calls they began.
class KeptReplies {
 public:
  virtual ~KeptReplies() = default;

  // Takes a reply over and returns at once; called on the loop that all calls share. Bounded: what
  // there is no room for is dropped, counted and said by whoever implements it. Nobody waits for
  // the end, because the caller has its error whatever becomes of this.
  virtual void Keep(KeptReply reply) = 0;
};

}  // namespace kyc

#endif  // SERVER_CALL_KEPT_REPLIES_H_
