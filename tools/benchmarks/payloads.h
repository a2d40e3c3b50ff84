// What the benchmarks send, and what must come back.
#ifndef TOOLS_BENCHMARKS_PAYLOADS_H_
#define TOOLS_BENCHMARKS_PAYLOADS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "tools/benchmarks/upstream.h"

namespace kyc::bench {

// With gRPC's prefix of five bytes.
std::string Framed(absl::string_view message);

// A call of WideKycService/DetectLiveness.
struct LivenessCall {
  std::string request;         // Framed.
  size_t request_id_at = 0;    // Where its digits stand in the request; 0: it has none.
  std::string reply;           // Framed: exactly this must come back.
  UpstreamBehaviour upstream;  // Answers at once, and expects exactly this image.
};
LivenessCall MakeLivenessCall(size_t image_bytes);
// The same with a request_id.
LivenessCall MakeKeyedLivenessCall(size_t image_bytes);
// Makes the next request another call's.
void WriteRequestId(uint64_t number, std::string& request, size_t at);
inline constexpr char kLivenessPath[] = "/widekyc.v1.WideKycService/DetectLiveness";

// Bodies of Netzme's notification, of about 900 bytes, all of one length. Each carries the time of
// its making in custId, so that no two are alike and every delivery can be timed.
class Notification {
 public:
  Notification();

  // The body about this reference, made at this time; valid until the next one.
  absl::string_view About(uint64_t reference, int64_t now);
  // originalReferenceNo of this reference.
  static std::string Reference(uint64_t number);

 private:
  std::string body_;
  size_t reference_at_;
  size_t time_at_;
};

// The time that a custId carries; 0 if it carries none.
int64_t TimeInCustId(absl::string_view cust_id);

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_PAYLOADS_H_
