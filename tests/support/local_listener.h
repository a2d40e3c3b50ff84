// What the fake upstreams share.
#ifndef TESTS_SUPPORT_LOCAL_LISTENER_H_
#define TESTS_SUPPORT_LOCAL_LISTENER_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace kyc::tests {

// A blocking listener on 127.0.0.1, which the caller closes, and the free port that it got.
int ListenLocally(uint16_t& port);

// The Content-Length in a request's head (its lines with their ends); 0 if there is none.
size_t ContentLength(const std::string& head);

}  // namespace kyc::tests

#endif  // TESTS_SUPPORT_LOCAL_LISTENER_H_
