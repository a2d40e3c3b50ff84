#include "server/once/call_name.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/crypto/content_mac.h"
#include "server/events/log_keys.h"

namespace kyc::once {
namespace {

// A zero byte is in none of them: they are names of the configuration, methods, and visible ASCII.
std::string TextOf(const CallName& name, absl::string_view account) {
  return absl::StrCat(name.caller, absl::string_view("\0", 1), name.method,
                      absl::string_view("\0", 1), name.request_id, absl::string_view("\0", 1),
                      account);
}

}  // namespace

std::string ContentDigest(const events::CallKeySecrets& secrets, const CallName& name,
                          const google::protobuf::MessageLite& message,
                          const std::vector<Blob>& images) {
  crypto::ContentMac mac(secrets.content, TextOf(name, ""));
  const std::string bytes = events::StableBytes(message);
  mac.AddSize(bytes.size());
  mac.Add(bytes);
  for (const Blob& image : images) {
    mac.AddSize(image.size());
    for (absl::string_view piece : image.pieces) mac.Add(piece);
  }
  return mac.Finish();
}

events::CallKey KeyOf(const events::CallKeySecrets& secrets, const CallName& name,
                      absl::string_view account, absl::string_view subject, std::string content) {
  return {events::LookupDigest(secrets.key, TextOf(name, account)), std::move(content),
          events::LookupDigest(secrets.subject, subject)};
}

}  // namespace kyc::once
