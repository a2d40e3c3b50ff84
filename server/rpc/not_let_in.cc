#include "server/rpc/not_let_in.h"

#include "absl/strings/str_cat.h"
#include "server/call/error.h"

namespace kyc::rpc {
namespace {

constexpr size_t kMaxAddresses = 64;
constexpr absl::Duration kRemembered = absl::Minutes(1);

}  // namespace

void NotLetIn::Note(const absl::Status& end, absl::string_view method, absl::string_view caller,
                    absl::string_view address, absl::Time now) {
  const std::string reason = ReasonOf(end);
  if (reason != "CALLER_UNAUTHENTICATED" && reason != "CALLER_FORBIDDEN") return;
  std::string why = MetadataOf(end, "why");
  if (why.empty()) why = "other";
  metrics_.CallNotLetIn(why);
  lines_.Say(absl::StrCat("not let in: ", reason, " why=", why, " method=", method, " caller=",
                          caller.empty() ? "unknown" : caller, " from=", Known(address, now)));
}

absl::string_view NotLetIn::Known(absl::string_view address, absl::Time now) {
  if (now >= forget_) {
    addresses_.clear();
    forget_ = now + kRemembered;
  }
  if (addresses_.contains(address)) return address;
  if (addresses_.size() >= kMaxAddresses) return "many addresses";
  addresses_.emplace(address);
  return address;
}

}  // namespace kyc::rpc
