// WideKYC as its document describes it. Pure.
#ifndef TOOLS_SIMULATOR_WIDEKYC_H_
#define TOOLS_SIMULATOR_WIDEKYC_H_

#include <string>
#include <string_view>

#include "tools/simulator/exchange.h"

namespace kyc::simulator {

// The documented paths.
bool IsWideKycPath(std::string_view path);

// Checks token, JSON and fields, then answers: the document's sample unless a magic value says
// otherwise. How the real one words a refused field is not documented; here it is the documented
// ERROR form (HTTP 200) with a description that names the field.
Exchange AnswerWideKyc(const Request& request, std::string_view path, std::string_view token);

}  // namespace kyc::simulator

#endif  // TOOLS_SIMULATOR_WIDEKYC_H_
