// The field by which a caller names one of an upstream's accounts.
#ifndef SERVER_CALL_ACCOUNT_CHOICE_H_
#define SERVER_CALL_ACCOUNT_CHOICE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/call/error.h"

namespace kyc {

// Adds what is wrong with the field `account`: it must name one of `configured`, and may be empty
// only where there is one.
void CheckAccount(absl::string_view account, const std::vector<std::string>& configured,
                  std::vector<Violation>& violations);

}  // namespace kyc

#endif  // SERVER_CALL_ACCOUNT_CHOICE_H_
