#include "server/config/admin_block.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/config/listener_block.h"
#include "server/config/seen_secrets.h"
#include "server/config/text_rules.h"
#include "server/config/token_digests.h"

namespace kyc::config {

Admin CheckAdmin(const v1::Admin& block, FieldChecks& checks) {
  Admin admin;
  admin.listener = CheckAdminListener(block, checks);
  if (absl::StartsWith(block.listen(), "systemd:")) {
    // Who asks it, --ask among them, has to know where it is.
    checks.Add("admin.listen", "cannot be systemd's: it must have an address of its own");
  }
  SeenSecrets tokens, digests;
  for (int i = 0; i < block.bearer_token_files_size(); ++i) {
    const std::string field = absl::StrCat("admin.bearer_token_files[", i, "]");
    admin.tokens.push_back(
        checks.ReadSecret(field, block.bearer_token_files(i), SecretForm::kBearerToken));
    tokens.Check(field, admin.tokens.back(), checks);
  }
  admin.token_digests =
      CheckTokenDigests("admin.bearer_token_sha256", block.bearer_token_sha256(), digests, checks);
  const bool asks = !block.bearer_token_files().empty() || !block.bearer_token_sha256().empty();
  if (block.has_tls() && !asks && !IsLoopbackListen(block.listen())) {
    checks.Add("admin.bearer_token_sha256",
               "or bearer_token_files must name a token, as others than this machine's processes "
               "reach admin.listen");
  }
  return admin;
}

}  // namespace kyc::config
