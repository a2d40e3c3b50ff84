#include "server/upstream/ask.h"

#include <curl/curl.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "server/upstream/curl_handle.h"

namespace kyc::upstream {
namespace {

constexpr size_t kLargestAnswer = 16 << 20;

size_t Take(char* bytes, size_t, size_t size, void* body) {
  auto& text = *static_cast<std::string*>(body);
  if (text.size() + size > kLargestAnswer) return 0;
  text.append(bytes, size);
  return size;
}

absl::Status Unanswered(const std::string& address, CURLcode why) {
  return absl::UnavailableError(
      absl::StrCat("no answer from ", address, ": ", curl_easy_strerror(why)));
}

}  // namespace

absl::StatusOr<Answer> Ask(const std::string& address, const std::string& path,
                           absl::Duration patience) {
  const EasyHandle easy(curl_easy_init());
  if (easy == nullptr) return Unanswered(address, CURLE_FAILED_INIT);
  Answer answer;
  absl::string_view socket = address;
  const bool in_files = absl::ConsumePrefix(&socket, "unix:");
  const std::string url = absl::StrCat("http://", in_files ? "localhost" : address, path);
  SetOption(easy.get(), CURLOPT_URL, url.c_str());
  if (in_files) {
    SetOption(easy.get(), CURLOPT_UNIX_SOCKET_PATH, std::string(socket).c_str());
  }
  SetOption(easy.get(), CURLOPT_PROXY, "");
  SetOption(easy.get(), CURLOPT_NOSIGNAL, 1L);
  SetOption(easy.get(), CURLOPT_TIMEOUT_MS, long{absl::ToInt64Milliseconds(patience)});
  SetOption(easy.get(), CURLOPT_WRITEFUNCTION, &Take);
  SetOption(easy.get(), CURLOPT_WRITEDATA, static_cast<void*>(&answer.body));
  const CURLcode done = curl_easy_perform(easy.get());
  if (done != CURLE_OK) return Unanswered(address, done);
  long status = 0;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  return answer;
}

}  // namespace kyc::upstream
