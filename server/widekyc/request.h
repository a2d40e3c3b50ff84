// What the requests of all WideKYC endpoints share.
#ifndef SERVER_WIDEKYC_REQUEST_H_
#define SERVER_WIDEKYC_REQUEST_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/call/account_choice.h"
#include "server/call/error.h"
#include "server/call/personal.h"
#include "server/call/request_id.h"
#include "server/call/secret.h"
#include "server/json/body.h"
#include "server/upstream/http.h"
#include "server/widekyc/options.h"

namespace kyc::widekyc {

// Each adds what is wrong with a field that every request has.
void CheckCustRefNo(absl::string_view cust_ref_no, const Options& options,
                    std::vector<Violation>& violations);
template <typename Request>
void CheckCommon(const Request& request, const Options& options,
                 std::vector<Violation>& violations) {
  CheckCustRefNo(request.cust_ref_no(), options, violations);
  CheckAccount(request.account(), options.accounts, violations);
  CheckRequestId(request.request_id(), violations);
}

// Adds a violation if an optional text is too long.
void CheckText(absl::string_view field, absl::string_view text, const Options& options,
               std::vector<Violation>& violations);

// What must not be seen in the upstream's words.
template <typename Request>
std::vector<std::string> ValuesOf(const Request& request, const Secret& token) {
  std::vector<std::string> values = PersonalTexts(request);
  values.emplace_back(token.Reveal());
  return values;
}

// A POST of `body` to {server_url}{path}.
upstream::HttpRequest Post(absl::string_view path, json::Body body, const Secret& token,
                           const Options& options);

}  // namespace kyc::widekyc

#endif  // SERVER_WIDEKYC_REQUEST_H_
