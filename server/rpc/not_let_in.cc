#include "server/rpc/not_let_in.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"

namespace kyc::rpc {

void NotLetIn::Note(const absl::Status& end, absl::string_view method, absl::string_view caller,
                    absl::string_view address, absl::Time now) {
  const std::string reason = ReasonOf(end);
  if (reason != "CALLER_UNAUTHENTICATED" && reason != "CALLER_FORBIDDEN") return;
  std::string why = MetadataOf(end, "why");
  if (why.empty()) why = "other";
  metrics_.CallNotLetIn(why);
  const absl::string_view from = addresses_.Known(address, now);
  lines_.Say(absl::StrCat("not let in: ", reason, " why=", why, " method=", method,
                          " caller=", caller.empty() ? "unknown" : caller, " from=", from));
  if (also_ == nullptr) return;
  also_({reason, why, std::string(method), std::string(caller), std::string(from)});
}

}  // namespace kyc::rpc
