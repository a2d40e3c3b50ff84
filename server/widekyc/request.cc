#include "server/widekyc/request.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/call/text_rules.h"

namespace kyc::widekyc {

void CheckCustRefNo(absl::string_view cust_ref_no, const Options& options,
                    std::vector<Violation>& violations) {
  if (cust_ref_no.empty() ||
      cust_ref_no.size() > static_cast<size_t>(options.max_cust_ref_no_bytes)) {
    violations.push_back(
        {"cust_ref_no", absl::StrCat("must be 1 to ", options.max_cust_ref_no_bytes, " bytes")});
  } else if (!IsIdentifier(cust_ref_no)) {
    violations.push_back({"cust_ref_no", kNoIdentifier});
  }
}

void CheckText(absl::string_view field, absl::string_view text, const Options& options,
               std::vector<Violation>& violations) {
  if (text.size() > static_cast<size_t>(options.max_text_bytes)) {
    violations.push_back(
        {std::string(field), absl::StrCat("must be at most ", options.max_text_bytes, " bytes")});
  }
}

upstream::HttpRequest Post(absl::string_view path, json::Body body, const Secret& token,
                           const Options& options) {
  upstream::HttpRequest request;
  request.url = absl::StrCat(options.server_url, path);
  request.headers = {{"Content-Type", "application/json"},
                     {"Accept", "application/json"},
                     {"token", std::string(token.Reveal())}};
  request.headers.insert(request.headers.end(), options.extra_headers.begin(),
                         options.extra_headers.end());
  request.body = std::move(body);
  return request;
}

}  // namespace kyc::widekyc
