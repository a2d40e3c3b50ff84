// Finpay's Upgrade Account Widget as its document describes it. Pure.
#ifndef TOOLS_SIMULATOR_FINPAY_H_
#define TOOLS_SIMULATOR_FINPAY_H_

#include <string>

#include "tools/simulator/exchange.h"

namespace kyc::simulator {

struct FinpayAccount {
  std::string merchant_id;
  std::string merchant_pass;  // Plain.
  std::string key;            // AES-128, 16 bytes.
  std::string iv;
};

// Checks every documented field, decrypts the encrypted ones, then answers: the document's sample
// unless a magic value says otherwise. The document lists no error codes; here they follow its rule
// HTTP status + service 00 + case: 4000001 Invalid Field Format {field}, 4000002 Invalid Mandatory
// Field {field}, 4010000 Unauthorized.
Exchange AnswerFinpay(const Request& request, const FinpayAccount& account);

}  // namespace kyc::simulator

#endif  // TOOLS_SIMULATOR_FINPAY_H_
