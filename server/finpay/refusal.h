// Which error a refusal of Finpay is.
#ifndef SERVER_FINPAY_REFUSAL_H_
#define SERVER_FINPAY_REFUSAL_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "server/call/error.h"
#include "server/upstream/http.h"

namespace kyc::finpay {

// The upstream's name in errors and metrics.
inline constexpr char kUpstream[] = "finpay";

// A responseCode of seven digits: HTTP status, service, case.
struct ResponseCode {
  int http = 0;
  int number = 0;  // The last two digits.
};

// nullopt: not seven digits.
absl::optional<ResponseCode> ParseResponseCode(absl::string_view text);

// responseCode and responseMessage as they came; empty where they cannot be read.
struct Words {
  std::string code;
  std::string message;
};

// The error of an HTTP status other than 2xx. It decides the code; the words only say more.
Error HttpRefusal(const upstream::HttpResponse& response, const Words& words,
                  const std::vector<std::string>& values);

// The error of a responseCode 4xxxxxx or 5xxxxxx inside a 2xx: like that HTTP status.
Error CodeRefusal(const upstream::HttpResponse& response, const ResponseCode& code,
                  const Words& words, const std::vector<std::string>& values);

// UPSTREAM_MALFORMED for a 2xx whose responseCode is not known.
Error UnknownCode(const upstream::HttpResponse& response, const Words& words,
                  const std::vector<std::string>& values);

}  // namespace kyc::finpay

#endif  // SERVER_FINPAY_REFUSAL_H_
