#include "server/json/value.h"

#include <cmath>

#include "absl/strings/numbers.h"
#include "server/call/text_rules.h"
#include "server/json/number.h"

namespace kyc::json {
namespace {

// A string that is a number, or a number's text. nullopt: neither.
absl::optional<absl::string_view> NumberText(const Value& value) {
  if (value.kind == Value::Kind::kNumber) return absl::string_view(value.text);
  if (value.kind == Value::Kind::kString && IsNumber(value.text)) {
    return absl::string_view(value.text);
  }
  return absl::nullopt;
}

void CountStringForNumber(const Value& value, Deviations& deviations) {
  if (value.kind == Value::Kind::kString) deviations.push_back("string_for_number");
}

}  // namespace

Value::Value() = default;
Value::Value(const Value& other) = default;
Value::Value(Value&& other) noexcept = default;
Value& Value::operator=(const Value& other) = default;
Value& Value::operator=(Value&& other) noexcept = default;
Value::~Value() = default;

const Value* Value::Find(absl::string_view key) const {
  for (const auto& member : members) {
    if (member.first == key) return &member.second;
  }
  return nullptr;
}

absl::optional<std::string> ReadString(const Value& value, Deviations& deviations) {
  switch (value.kind) {
    case Value::Kind::kNumber:
      deviations.push_back("number_for_string");
      return ExactInteger(value.text).value_or(value.text);
    case Value::Kind::kString:
    case Value::Kind::kBareWord:
      return value.text;
    default:
      return absl::nullopt;
  }
}

absl::optional<std::string> ReadIdentifier(const Value& value, Deviations& deviations) {
  absl::optional<std::string> text;
  if (value.kind == Value::Kind::kNumber) {
    text = ExactInteger(value.text);
    if (text) deviations.push_back("number_for_string");
  } else if (value.kind == Value::Kind::kString) {
    if (value.text.empty() || IsIdentifier(value.text)) text = value.text;
  }
  return text;
}

absl::optional<std::string> ReadDigits(const Value& value, Deviations& deviations) {
  const bool is_text = value.kind == Value::Kind::kString && !IsNumber(value.text);
  if (is_text || !NumberText(value)) return ReadIdentifier(value, deviations);
  absl::optional<std::string> digits = ExactInteger(value.text);
  if (!digits || digits->front() == '-') return absl::nullopt;
  if (value.kind == Value::Kind::kNumber || *digits != value.text) {
    deviations.push_back("number_for_string");
  }
  return digits;
}

absl::optional<bool> ReadBool(const Value& value, Deviations& deviations) {
  if (value.kind == Value::Kind::kBool) return value.boolean;
  if (value.kind != Value::Kind::kString) return absl::nullopt;
  const bool is_true = value.text == "True" || value.text == "true";
  if (!is_true && value.text != "False" && value.text != "false") return absl::nullopt;
  deviations.push_back("string_for_bool");
  return is_true;
}

absl::optional<double> ReadDouble(const Value& value, Deviations& deviations) {
  const absl::optional<absl::string_view> text = NumberText(value);
  double number = 0;
  if (!text || !absl::SimpleAtod(*text, &number) || !std::isfinite(number)) return absl::nullopt;
  CountStringForNumber(value, deviations);
  return number;
}

absl::optional<int64_t> ReadInt64(const Value& value, Deviations& deviations) {
  const absl::optional<absl::string_view> text = NumberText(value);
  const absl::optional<std::string> digits = text ? ExactInteger(*text) : absl::nullopt;
  int64_t number = 0;
  if (!digits || !absl::SimpleAtoi(*digits, &number)) return absl::nullopt;
  CountStringForNumber(value, deviations);
  return number;
}

}  // namespace kyc::json
