#include "server/upstream/testing/test_client.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"

namespace kyc::upstream {

HttpRequest TextRequest(std::string url, std::string text) {
  std::vector<json::BodyPiece> pieces;
  pieces.push_back({.text = std::move(text), .base64_of = {}});
  return {.url = std::move(url),
          .headers = {{"Content-Type", "application/json"}, {"token", "t"}},
          .body = json::Body(std::move(pieces))};
}

HttpResult SendAndWait(const SendHttp& send, const CallContext& context, HttpRequest request) {
  Results results;
  send(context, std::move(request), results.For(0));
  return results.Await(1).begin()->second;
}

HttpResult SendAndWait(const SendHttp& send, HttpRequest request) {
  return SendAndWait(send, CallContext(), std::move(request));
}

OnResponse Results::For(int number) {
  return [this, number](HttpResult result) {
    std::lock_guard lock(mutex_);
    results_.emplace(number, std::move(result));
    changed_.notify_all();
  };
}

std::multimap<int, HttpResult> Results::Await(size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return results_.size() >= count; });
  return results_;
}

size_t Results::size() {
  std::lock_guard lock(mutex_);
  return results_.size();
}

std::string Describe(const HttpResult& result) {
  if (const auto* response = std::get_if<HttpResponse>(&result)) {
    return absl::StrCat(response->status, " ", response->body);
  }
  const auto& failure = std::get<HttpFailure>(result);
  return absl::StrCat(FailureName(failure.kind), failure.sent ? " sent" : " not sent");
}

}  // namespace kyc::upstream
