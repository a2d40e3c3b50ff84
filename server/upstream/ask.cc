#include "server/upstream/ask.h"

#include <curl/curl.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "server/upstream/curl_handle.h"
#include "server/upstream/header_list.h"

namespace kyc::upstream {
namespace {

constexpr size_t kLargestAnswer = 16 << 20;

size_t Take(char* bytes, size_t, size_t size, void* body) {
  auto& text = *static_cast<std::string*>(body);
  if (text.size() + size > kLargestAnswer) return 0;
  text.append(bytes, size);
  return size;
}

Headers HeadersOf(const config::Admin& of) {
  if (of.tokens.empty()) return {};
  return {{"Authorization", absl::StrCat("Bearer ", of.tokens.front().Reveal())}};
}

absl::Status Unanswered(const std::string& address, CURLcode why) {
  return absl::UnavailableError(
      absl::StrCat("no answer from ", address, ": ", curl_easy_strerror(why)));
}

}  // namespace

absl::StatusOr<Answer> Ask(const config::Admin& of, const std::string& path,
                           absl::Duration patience) {
  const std::string& address = of.listener.address;
  const EasyHandle easy(curl_easy_init());
  if (easy == nullptr) return Unanswered(address, CURLE_FAILED_INIT);
  Answer answer;
  absl::string_view socket = address;
  const bool in_files = absl::ConsumePrefix(&socket, "unix:");
  const bool by_tls = of.listener.tls.has_value();
  const std::string url =
      absl::StrCat(by_tls ? "https://" : "http://", in_files ? "localhost" : address, path);
  SetOption(easy.get(), CURLOPT_URL, url.c_str());
  if (in_files) {
    SetOption(easy.get(), CURLOPT_UNIX_SOCKET_PATH, std::string(socket).c_str());
  }
  if (by_tls) {
    // An address has no name to compare: whoever has this very certificate is who is meant.
    SetOption(easy.get(), CURLOPT_CAINFO, of.listener.tls->certificate_file.c_str());
    SetOption(easy.get(), CURLOPT_SSL_VERIFYHOST, 0L);
  }
  HeaderList headers;
  SetOption(easy.get(), CURLOPT_HTTPHEADER, headers.Of(HeadersOf(of)));
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
