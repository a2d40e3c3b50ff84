#include "server/json/mended.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/call/utf8.h"

namespace kyc::json {

std::string Mended(absl::string_view document) {
  std::string mended;
  mended.reserve(document.size());
  bool in_string = false;
  while (!document.empty()) {
    const Utf8Char next = FirstChar(document);
    const size_t length = std::max<size_t>(next.length, 1);
    if (in_string && (next.length == 0 || next.code < 0x20)) {
      mended.append(kNoCharacter.data(), kNoCharacter.size());
    } else {
      absl::StrAppend(&mended, document.substr(0, length));
    }
    document.remove_prefix(length);
    if (next.code == '"') in_string = !in_string;
    if (next.code != '\\' || !in_string || document.empty()) continue;
    // What an escape escapes ends no string.
    if (document[0] == '"' || document[0] == '\\') {
      mended.push_back(document[0]);
      document.remove_prefix(1);
    }
  }
  return mended;
}

}  // namespace kyc::json
