#include "server/netzme/webhook/content_type.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace kyc::netzme {
namespace {

bool IsUtf8(absl::string_view charset) {
  if (absl::ConsumePrefix(&charset, "\"")) absl::ConsumeSuffix(&charset, "\"");
  return absl::EqualsIgnoreCase(charset, "utf-8") || absl::EqualsIgnoreCase(charset, "utf8");
}

// Of what follows a media type.
bool NamesOtherCharset(absl::string_view parameters) {
  for (absl::string_view parameter : absl::StrSplit(parameters, ';')) {
    parameter = absl::StripAsciiWhitespace(parameter);
    if (absl::StartsWithIgnoreCase(parameter, "charset=")) {
      return !IsUtf8(parameter.substr(sizeof("charset=") - 1));
    }
  }
  return false;
}

ContentType Judge(absl::string_view value) {
  const size_t type_size = std::min(value.find(';'), value.size());
  const absl::string_view type = absl::StripAsciiWhitespace(value.substr(0, type_size));
  const bool other_charset = NamesOtherCharset(value.substr(type_size));
  if (absl::EqualsIgnoreCase(type, "application/json")) {
    return other_charset ? ContentType::kMeansJson : ContentType::kJson;
  }
  if (type.empty()) return ContentType::kMeansJson;
  const size_t slash = type.find('/');
  if (slash == absl::string_view::npos || type.find(',') != absl::string_view::npos) {
    return ContentType::kOther;
  }
  const absl::string_view subtype = type.substr(slash + 1);
  const bool means_json = absl::EqualsIgnoreCase(subtype, "json") ||
                          absl::EqualsIgnoreCase(subtype, "x-json") ||
                          absl::EndsWithIgnoreCase(subtype, "+json");
  return means_json ? ContentType::kMeansJson : ContentType::kOther;
}

}  // namespace

ContentType ContentTypeOf(const http::Headers& headers) {
  int count = 0;
  ContentType found = ContentType::kMeansJson;
  for (const auto& [name, value] : headers) {
    if (name != "content-type") continue;
    found = Judge(value);
    if (found == ContentType::kOther) return found;
    ++count;
  }
  return count > 1 ? ContentType::kMeansJson : found;
}

}  // namespace kyc::netzme
