// A parsed value as a test compares it.
#ifndef SERVER_JSON_TESTING_VALUE_TEXT_H_
#define SERVER_JSON_TESTING_VALUE_TEXT_H_

#include <string>

#include "absl/strings/escaping.h"
#include "server/json/value.h"

namespace kyc::json {

// The value as strict JSON, with a bare word as <word> and what is unreadable as ?, so that a test
// compares a whole document.
inline std::string ToText(const Value& value) {
  using Kind = Value::Kind;
  std::string text;
  switch (value.kind) {
    case Kind::kNull:
      return "null";
    case Kind::kBool:
      return value.boolean ? "true" : "false";
    case Kind::kNumber:
      return value.text;
    case Kind::kString:
      return "\"" + absl::CHexEscape(value.text) + "\"";
    case Kind::kBareWord:
      return "<" + value.text + ">";
    case Kind::kUnreadable:
      return "?";
    case Kind::kArray:
      for (const Value& item : value.items) text += (text.empty() ? "" : ",") + ToText(item);
      return "[" + text + "]";
    case Kind::kObject:
      for (const auto& [key, member] : value.members) {
        text += (text.empty() ? "\"" : ",\"") + absl::CHexEscape(key) + "\":" + ToText(member);
      }
      return "{" + text + "}";
  }
  return "no kind";
}

}  // namespace kyc::json

#endif  // SERVER_JSON_TESTING_VALUE_TEXT_H_
