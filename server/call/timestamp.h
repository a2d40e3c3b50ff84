// Times of requests. Pure.
#ifndef SERVER_CALL_TIMESTAMP_H_
#define SERVER_CALL_TIMESTAMP_H_

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace kyc {

// Whether it is one: between the years 1 and 9999, by less than a second each.
bool IsTime(const google::protobuf::Timestamp& timestamp);

// Of one that is.
absl::Time TimeOf(const google::protobuf::Timestamp& timestamp);

}  // namespace kyc

#endif  // SERVER_CALL_TIMESTAMP_H_
