#include "server/tracing/collector.h"

#include <curl/curl.h>

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

namespace kyc::tracing {
namespace {

using upstream::SetOption;

struct HeadersDeleter {
  void operator()(curl_slist* headers) const { curl_slist_free_all(headers); }
};

// What it says beside its status is of no use here.
size_t Ignore(char*, size_t, size_t size, void*) { return size; }

}  // namespace

Collector::Collector(std::string url, std::string ca_file)
    : url_(std::move(url)), ca_file_(std::move(ca_file)), easy_(curl_easy_init()) {}

absl::Status Collector::Post(const std::string& json) {
  CURL* const easy = easy_.get();
  if (easy == nullptr) return absl::UnavailableError("no memory");
  curl_easy_reset(easy);
  const std::unique_ptr<curl_slist, HeadersDeleter> headers(
      curl_slist_append(nullptr, "Content-Type: application/json"));
  SetOption(easy, CURLOPT_URL, url_.c_str());
  SetOption(easy, CURLOPT_HTTPHEADER, headers.get());
  SetOption(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(json.size()));
  SetOption(easy, CURLOPT_POSTFIELDS, json.c_str());
  SetOption(easy, CURLOPT_PROXY, "");  // Nothing comes from the environment.
  SetOption(easy, CURLOPT_NOSIGNAL, 1L);
  SetOption(easy, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  if (!ca_file_.empty()) SetOption(easy, CURLOPT_CAINFO, ca_file_.c_str());
  SetOption(easy, CURLOPT_TIMEOUT_MS, long{absl::ToInt64Milliseconds(kPatience)});
  SetOption(easy, CURLOPT_WRITEFUNCTION, &Ignore);
  const CURLcode done = curl_easy_perform(easy);
  if (done != CURLE_OK) {
    return absl::UnavailableError(
        absl::StrCat("no answer from tracing.otlp_url: ", curl_easy_strerror(done)));
  }
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  constexpr long kOk = 200, kRedirect = 300;
  if (status >= kOk && status < kRedirect) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("tracing.otlp_url answers ", status));
}

}  // namespace kyc::tracing
