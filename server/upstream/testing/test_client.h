// What tests of this room share: requests, and waiting for their results.
#ifndef SERVER_UPSTREAM_TESTING_TEST_CLIENT_H_
#define SERVER_UPSTREAM_TESTING_TEST_CLIENT_H_

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/call/call_context.h"
#include "server/upstream/http.h"

namespace kyc::upstream {

// A request whose body is `text` as it is.
HttpRequest TextRequest(std::string url, std::string text);

// A call that anybody may wait for.
HttpResult SendAndWait(const SendHttp& send, const CallContext& context, HttpRequest request);
HttpResult SendAndWait(const SendHttp& send, HttpRequest request);

// Collects the results of many calls, by a number that the test gives them. Thread-safe; outlives
// the calls.
class Results {
 public:
  OnResponse For(int number);
  // Waits until there are that many.
  std::multimap<int, HttpResult> Await(size_t count);
  size_t size();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<int, HttpResult> results_;  // Guarded by mutex_.
};

// "200 body", or "unreachable not sent", "connection_lost sent", ...
std::string Describe(const HttpResult& result);

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_TESTING_TEST_CLIENT_H_
