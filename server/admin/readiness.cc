#include "server/admin/readiness.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"

namespace kyc::admin {
namespace {

using Is = ReadyCheck::Is;

std::string LineOf(const ReadyCheck& check) {
  switch (check.is) {
    case Is::kGood:
      return absl::StrCat("ok ", check.name, "\n");
    case Is::kWarns:
      return absl::StrCat("WARN ", check.name, ": ", check.says, "\n");
    case Is::kFails:
      break;
  }
  return absl::StrCat("FAIL ", check.name, ": ", check.says, "\n");
}

}  // namespace

bool IsReady(const std::vector<ReadyCheck>& checks) {
  return absl::c_none_of(checks, [](const ReadyCheck& c) { return c.is == Is::kFails; });
}

std::string ReadinessText(const std::vector<ReadyCheck>& checks, bool verbose) {
  std::string text;
  if (verbose) {
    for (const ReadyCheck& check : checks) text += LineOf(check);
    return absl::StrCat(text, IsReady(checks) ? "ready\n" : "not ready\n");
  }
  for (const ReadyCheck& check : checks) {
    if (check.is == Is::kFails) return absl::StrCat(check.says, "\n");
    if (check.is == Is::kWarns) absl::StrAppend(&text, check.says, "\n");
  }
  return absl::StrCat("ok\n", text);
}

}  // namespace kyc::admin
