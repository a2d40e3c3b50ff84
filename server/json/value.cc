#include "server/json/value.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "simdjson.h"

namespace kyc::json {
namespace {

namespace ondemand = simdjson::ondemand;

absl::Status Malformed(absl::string_view reason) { return absl::InvalidArgumentError(reason); }

absl::Status Malformed(simdjson::error_code error) {
  if (error == simdjson::UTF8_ERROR) return Malformed("is not valid UTF-8");
  if (error == simdjson::STRING_ERROR) return Malformed("has a string with a wrong escape");
  return Malformed("is not valid JSON");
}

size_t SkipDigits(absl::string_view text, size_t at) {
  while (at < text.size() && absl::ascii_isdigit(text[at])) ++at;
  return at;
}

// By RFC 8259. Not left to a conversion, because an identifier may be longer than any integer.
bool IsNumber(absl::string_view text) {
  size_t at = !text.empty() && text[0] == '-' ? 1 : 0;
  const size_t digits = SkipDigits(text, at) - at;
  if (digits == 0 || (digits > 1 && text[at] == '0')) return false;
  at += digits;
  if (at < text.size() && text[at] == '.') {
    const size_t end = SkipDigits(text, at + 1);
    if (end == at + 1) return false;
    at = end;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const size_t end = SkipDigits(text, at);
    if (end == at) return false;
    at = end;
  }
  return at == text.size();
}

bool IsInteger(absl::string_view text) {
  return IsNumber(text) && text.find_first_of(".eE") == absl::string_view::npos;
}

bool IsBareWord(absl::string_view text) {
  return !text.empty() && absl::ascii_isalpha(text[0]) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(c) || c == '_' || c == '-' || c == '.';
         });
}

// Strings are views into a token that ends at the next token, so whitespace may follow.
absl::string_view WithoutSpaceAfter(std::string_view token) {
  const size_t last = token.find_last_not_of(" \t\r\n");
  return last == token.npos ? absl::string_view() : absl::string_view(token.data(), last + 1);
}

// Up to so many members every two of them are compared, which costs less than a set.
constexpr size_t kFewMembers = 16;

bool HasKeyTwice(const std::vector<std::pair<std::string, Value>>& members) {
  if (members.size() <= kFewMembers) {
    for (size_t i = 1; i < members.size(); ++i) {
      for (size_t j = 0; j < i; ++j) {
        if (members[i].first == members[j].first) return true;
      }
    }
    return false;
  }
  absl::flat_hash_set<absl::string_view> keys;
  for (const auto& member : members) {
    if (!keys.insert(member.first).second) return true;
  }
  return false;
}

// Walks everything: simdjson's on-demand reader checks only what is walked.
class Reader {
 public:
  Reader(const ParseOptions& options, Deviations& deviations)
      : options_(options), deviations_(deviations) {}

  absl::Status Read(ondemand::value from, Value& to) {
    if (++values_ > options_.max_values) return Malformed("has too many values");
    const std::string_view token = from.raw_json_token();
    switch (token.empty() ? '\0' : token[0]) {
      case '{':
        return ReadObject(from, to);
      case '[':
        return ReadArray(from, to);
      case '"':
        return ReadText(from, to);
      default:
        return ReadScalar(WithoutSpaceAfter(token), to);
    }
  }

 private:
  absl::Status ReadObject(ondemand::value from, Value& to) {
    to.kind = Value::Kind::kObject;
    if (AtDepthLimit()) return Malformed("is nested too deep");
    ondemand::object object;
    if (auto error = from.get_object().get(object)) return Malformed(error);
    to.members.reserve(4);
    for (auto field : object) {
      std::string_view key;
      if (auto error = field.unescaped_key().get(key)) return Malformed(error);
      to.members.emplace_back(std::string(key), Value());
      ondemand::value value;
      if (auto error = field.value().get(value)) return Malformed(error);
      path_.push_back(absl::string_view(key.data(), key.size()));
      if (absl::Status status = Read(value, to.members.back().second); !status.ok()) return status;
      path_.pop_back();
    }
    return HasKeyTwice(to.members) ? Malformed("has a key twice") : absl::OkStatus();
  }

  absl::Status ReadArray(ondemand::value from, Value& to) {
    to.kind = Value::Kind::kArray;
    if (AtDepthLimit()) return Malformed("is nested too deep");
    ondemand::array array;
    if (auto error = from.get_array().get(array)) return Malformed(error);
    path_.push_back("[]");
    for (auto item : array) {
      ondemand::value value;
      if (auto error = item.get(value)) return Malformed(error);
      to.items.emplace_back();
      if (absl::Status status = Read(value, to.items.back()); !status.ok()) return status;
    }
    path_.pop_back();
    return absl::OkStatus();
  }

  absl::Status ReadText(ondemand::value from, Value& to) {
    std::string_view text;
    if (auto error = from.get_string().get(text)) return Malformed(error);
    to.kind = Value::Kind::kString;
    to.text = std::string(text);
    return absl::OkStatus();
  }

  absl::Status ReadScalar(absl::string_view token, Value& to) {
    if (token == "null") return absl::OkStatus();
    if (token == "true" || token == "false") {
      to.kind = Value::Kind::kBool;
      to.boolean = token == "true";
      return absl::OkStatus();
    }
    if (IsNumber(token)) {
      to.kind = Value::Kind::kNumber;
    } else if (IsBareWord(token) && MayBeBareWord()) {
      to.kind = Value::Kind::kBareWord;
      deviations_.push_back("bare_word");
    } else {
      return Malformed("is not valid JSON");
    }
    to.text = std::string(token);
    return absl::OkStatus();
  }

  bool AtDepthLimit() const { return path_.size() >= static_cast<size_t>(options_.max_depth); }

  bool MayBeBareWord() const {
    const auto& allowed = options_.bare_word_paths;
    return !allowed.empty() &&
           std::find(allowed.begin(), allowed.end(), absl::StrJoin(path_, ".")) != allowed.end();
  }

  const ParseOptions& options_;
  Deviations& deviations_;
  // One step for each array and object around the value; they lie in simdjson's buffer.
  std::vector<absl::string_view> path_;
  int values_ = 0;
};

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

absl::StatusOr<Value> Parse(absl::string_view document, const ParseOptions& options,
                            Deviations& deviations) {
  // simdjson treats a scalar at the root apart, and leaves what follows it to its user. In an array
  // every document is alike, and is valid exactly if it is the only item and nothing follows.
  simdjson::padded_string padded(document.size() + 2);
  if (padded.data() == nullptr) std::abort();  // Out of memory.
  padded.data()[0] = '[';
  std::copy(document.begin(), document.end(), padded.data() + 1);
  padded.data()[document.size() + 1] = ']';
  ondemand::parser parser;
  ondemand::document root;
  if (auto error = parser.iterate(padded).get(root)) return Malformed(error);
  ondemand::array items;
  if (auto error = root.get_array().get(items)) return Malformed(error);
  Value value;
  Reader reader(options, deviations);
  int count = 0;
  for (auto item : items) {
    ondemand::value only;
    if (auto error = item.get(only)) return Malformed(error);
    if (++count > 1) return Malformed("has trailing content");
    if (absl::Status status = reader.Read(only, value); !status.ok()) return status;
  }
  if (count == 0) return Malformed("is empty");
  if (root.current_location().error() != simdjson::OUT_OF_BOUNDS) {
    return Malformed("has trailing content");
  }
  return value;
}

absl::optional<std::string> ReadString(const Value& value, Deviations& deviations) {
  switch (value.kind) {
    case Value::Kind::kNumber:
      deviations.push_back("number_for_string");
      return value.text;
    case Value::Kind::kString:
    case Value::Kind::kBareWord:
      return value.text;
    default:
      return absl::nullopt;
  }
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
  int64_t number = 0;
  if (!text || !IsInteger(*text) || !absl::SimpleAtoi(*text, &number)) return absl::nullopt;
  CountStringForNumber(value, deviations);
  return number;
}

}  // namespace kyc::json
