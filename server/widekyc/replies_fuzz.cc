// Whatever WideKYC replies, with whichever status: an answer, or an error with its reason that
// repeats nothing of the request and not the token.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/widekyc/id_recognize.h"
#include "server/widekyc/id_validation.h"
#include "server/widekyc/passive_liveness.h"
#include "tools/fuzz/input.h"

namespace {

using kyc::fuzz::Input;
using kyc::fuzz::Require;

constexpr int kStatuses[] = {200, 200, 200, 201, 204, 302, 400, 401, 403,
                             404, 408, 413, 429, 500, 502, 503, 504};
constexpr char kReference[] = "reference-of-siti";
constexpr char kNik[] = "3174015708900001";
constexpr char kName[] = "SITI RAHAYU PRATIWI";
constexpr char kToken[] = "token-that-opens-widekyc";

template <typename Message>
void Check(const absl::StatusOr<Message>& answer) {
  if (answer.ok()) {
    Require(answer->IsInitialized() && answer->ByteSizeLong() < (8u << 20), "a sound answer");
    return;
  }
  Require(!kyc::ReasonOf(answer.status()).empty(), "an error has a reason");
  std::string shown(answer.status().message());
  for (const auto& [type, detail] : kyc::DetailsOf(answer.status()))
    absl::StrAppend(&shown, detail);
  for (const char* value : {kReference, kNik, kName, kToken}) {
    Require(!absl::StrContains(shown, value), "an error repeats nothing personal and no secret");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input(data, size);
  const int endpoint = input.Byte() % 3;
  kyc::upstream::HttpResponse response;
  response.status = input.OneOf(kStatuses);
  response.body = std::string(input.rest());
  const kyc::Secret token((std::string(kToken)));
  kyc::json::Deviations deviations;
  if (endpoint == 0) {
    ::widekyc::v1::DetectLivenessRequest request;
    request.set_cust_ref_no(kReference);
    Check(kyc::widekyc::FromHttp(response, request, deviations, token));
  } else if (endpoint == 1) {
    ::widekyc::v1::RecognizeIdRequest request;
    request.set_cust_ref_no(kReference);
    Check(kyc::widekyc::FromHttp(response, request, deviations, token));
  } else {
    ::widekyc::v1::ValidateIdRequest request;
    request.set_cust_ref_no(kReference);
    request.set_nik(kNik);
    request.set_name(kName);
    Check(kyc::widekyc::FromHttp(response, request, deviations, token));
  }
  return 0;
}
