#include "server/upstream/probe.h"

#include <algorithm>
#include <future>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "server/call/steady_now.h"
#include "server/upstream/certificate_fault.h"
#include "server/upstream/curl_handle.h"
#include "server/upstream/resolver.h"
#include "server/upstream/url_cache.h"

namespace kyc::upstream {
namespace {

// False where the name leads nowhere within `patience`.
bool LookUp(const std::string& host, absl::Duration patience, Probed& probed) {
  const auto found = std::make_shared<std::promise<Resolver::Answer>>();
  std::future<Resolver::Answer> answer = found->get_future();
  Resolver resolver([found](const std::string&, Resolver::Answer addresses) {
    found->set_value(std::move(addresses));
  });
  const absl::Time begin = SteadyNow();
  resolver.LookUp(host);
  if (answer.wait_for(absl::ToChronoMilliseconds(patience)) != std::future_status::ready) {
    probed.why = "no server of names answers in time";
    return false;
  }
  const Resolver::Answer addresses = answer.get();
  probed.look_up = SteadyNow() - begin;
  if (!addresses.ok()) {
    probed.why = std::string(addresses.status().message());
    return false;
  }
  probed.addresses = static_cast<int>(addresses->size());
  return true;
}

// When the first certificate of the chain ends.
absl::optional<absl::Time> EndOfChain(CURL* easy) {
  constexpr absl::string_view kEnd = "Expire date:";
  curl_certinfo* chain = nullptr;
  if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain) != CURLE_OK || chain == nullptr) {
    return absl::nullopt;
  }
  absl::optional<absl::Time> first;
  for (int i = 0; i < chain->num_of_certs; ++i) {
    for (const curl_slist* line = chain->certinfo[i]; line != nullptr; line = line->next) {
      absl::string_view text = line->data;
      if (!absl::ConsumePrefix(&text, kEnd)) continue;
      const time_t end = curl_getdate(std::string(text).c_str(), nullptr);
      if (end < 0) continue;
      const absl::Time at = absl::FromTimeT(end);
      first = std::min(first.value_or(at), at);
    }
  }
  return first;
}

std::string WhyNot(CURLcode code, long os_error) {
  if (os_error != 0 && code == CURLE_COULDNT_CONNECT)
    return std::string(strerror(static_cast<int>(os_error)));
  return curl_easy_strerror(code);
}

void Connect(const std::string& url, const TransferOptions& options, absl::Duration patience,
             Probed& probed) {
  const EasyHandle easy(curl_easy_init());
  if (easy == nullptr) {
    probed.why = "libcurl cannot start";
    return;
  }
  SetTransport(easy.get(), options);
  SetOption(easy.get(), CURLOPT_URL, url.c_str());
  SetOption(easy.get(), CURLOPT_CONNECT_ONLY, 1L);
  SetOption(easy.get(), CURLOPT_CERTINFO, 1L);
  SetOption(easy.get(), CURLOPT_TIMEOUT_MS, long{absl::ToInt64Milliseconds(patience)});
  const CURLcode code = curl_easy_perform(easy.get());
  long os_error = 0;
  long verified = 0;
  curl_easy_getinfo(easy.get(), CURLINFO_OS_ERRNO, &os_error);
  curl_easy_getinfo(easy.get(), CURLINFO_SSL_VERIFYRESULT, &verified);
  if (code == CURLE_OK) {
    probed.end = Probed::End::kReached;
    probed.certified_until = EndOfChain(easy.get());
  } else if (IsCertificateFault(code)) {
    probed.end = Probed::End::kUntrusted;
    probed.why = CertificateFault(code, verified);
  } else {
    probed.why = WhyNot(code, os_error);
  }
}

}  // namespace

Probed Probe(const std::string& url, const TransferOptions& options, absl::Duration patience) {
  Probed probed;
  probed.encrypted = absl::StartsWithIgnoreCase(url, "https:");
  UrlCache urls;
  // Behind a proxy, the upstream's name is the proxy's to look up.
  const auto first = urls.Parsed(options.proxy ? options.proxy->url : url);
  if (first != nullptr && first->needs_look_up) {
    probed.host = first->host;
    if (!LookUp(first->host, patience, probed)) {
      probed.end = Probed::End::kNoAddress;
      return probed;
    }
  }
  Connect(url, options, patience, probed);
  return probed;
}

}  // namespace kyc::upstream
