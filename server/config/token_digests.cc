#include "server/config/token_digests.h"

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace kyc::config {

std::vector<std::string> CheckTokenDigests(
    const std::string& field, const google::protobuf::RepeatedPtrField<std::string>& texts,
    SeenSecrets& seen, FieldChecks& checks) {
  std::vector<std::string> digests;
  for (int i = 0; i < texts.size(); ++i) {
    const std::string at = absl::StrCat(field, "[", i, "]");
    if (texts[i].size() != 64 || !absl::c_all_of(texts[i], absl::ascii_isxdigit)) {
      checks.Add(at, "must be 64 hexadecimal digits, as `printf %s \"$TOKEN\" | sha256sum` prints");
      continue;
    }
    digests.push_back(absl::HexStringToBytes(texts[i]));
    seen.Check(at, Secret(absl::string_view(digests.back())), checks);
  }
  return digests;
}

}  // namespace kyc::config
