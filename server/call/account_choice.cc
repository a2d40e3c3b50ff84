#include "server/call/account_choice.h"

#include <algorithm>

namespace kyc {

void CheckAccount(absl::string_view account, const std::vector<std::string>& configured,
                  std::vector<Violation>& violations) {
  if (account.empty()) {
    if (configured.size() > 1) {
      violations.push_back({"account", "must be given, because several accounts are configured"});
    }
  } else if (std::find(configured.begin(), configured.end(), account) == configured.end()) {
    violations.push_back({"account", "must be the name of a configured account"});
  }
}

}  // namespace kyc
