#include <algorithm>
#include <cstdlib>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "server/json/mended.h"
#include "server/json/number.h"
#include "server/json/value.h"
#include "simdjson.h"

namespace kyc::json {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

absl::Status Malformed(absl::string_view reason) { return absl::InvalidArgumentError(reason); }

absl::Status Malformed(simdjson::error_code error) {
  if (error == simdjson::UTF8_ERROR) return Malformed("is not valid UTF-8");
  if (error == simdjson::STRING_ERROR) return Malformed("has a string with a wrong escape");
  return Malformed("is not valid JSON");
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

// Of members with the same key nobody knows which one is meant.
void MarkKeysTwice(std::vector<std::pair<std::string, Value>>& members) {
  absl::flat_hash_map<absl::string_view, int> times;
  for (const auto& member : members) ++times[member.first];
  for (auto& [key, value] : members) {
    if (times[key] == 1) continue;
    value = Value();
    value.kind = Value::Kind::kUnreadable;
  }
}

bool HasNoCharacter(std::string_view text) { return absl::StrContains(View(text), kNoCharacter); }

// Walks everything: simdjson's on-demand reader checks only what is walked. What a value leaves
// unwalked simdjson skips before the next one.
class Reader {
 public:
  // `mended`: the document is what Mended made of it.
  Reader(const ParseOptions& options, bool mended, Deviations& deviations)
      : options_(options), mended_(mended), deviations_(deviations) {}

  absl::Status ReadRoot(ondemand::value from, Value& to) {
    root_ = &to;
    return Read(from, to);
  }

 private:
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

  absl::Status ReadObject(ondemand::value from, Value& to) {
    if (AtDepthLimit()) return Unreadable("is nested too deep", to);
    to.kind = Value::Kind::kObject;
    const int values_before = values_;
    ondemand::object object;
    if (auto error = from.get_object().get(object)) return Malformed(error);
    to.members.reserve(4);
    for (auto field : object) {
      if (Full()) return GiveUp(values_before, to);
      std::string_view key;
      auto error = field.unescaped_key().get(key);
      if (error == simdjson::STRING_ERROR && options_.lenient) continue;
      if (error) return Malformed(error);
      if (mended_ && HasNoCharacter(key)) continue;
      to.members.emplace_back(std::string(key), Value());
      ondemand::value value;
      if (auto fault = field.value().get(value)) return Malformed(fault);
      path_.push_back(View(key));
      if (absl::Status status = Read(value, to.members.back().second); !status.ok()) return status;
      path_.pop_back();
    }
    if (!HasKeyTwice(to.members)) return absl::OkStatus();
    if (!options_.lenient) return Malformed("has a key twice");
    MarkKeysTwice(to.members);
    return absl::OkStatus();
  }

  absl::Status ReadArray(ondemand::value from, Value& to) {
    if (AtDepthLimit()) return Unreadable("is nested too deep", to);
    to.kind = Value::Kind::kArray;
    const int values_before = values_;
    ondemand::array array;
    if (auto error = from.get_array().get(array)) return Malformed(error);
    path_.push_back("[]");
    for (auto item : array) {
      if (Full()) {
        path_.pop_back();
        return GiveUp(values_before, to);
      }
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
    const auto error = from.get_string().get(text);
    if (error == simdjson::STRING_ERROR) return Unreadable("has a string with a wrong escape", to);
    if (error) return Malformed(error);
    if (mended_ && HasNoCharacter(text)) return Unreadable("is not valid UTF-8", to);
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
    } else if (token.empty() || absl::StrContains("]}:,", token[0])) {
      return Malformed("is not valid JSON");  // No value at all.
    } else {
      return Unreadable("is not valid JSON", to);
    }
    to.text = std::string(token);
    return absl::OkStatus();
  }

  // The fault of one value.
  absl::Status Unreadable(absl::string_view reason, Value& to) const {
    if (!options_.lenient || &to == root_) return Malformed(reason);
    to = Value();
    to.kind = Value::Kind::kUnreadable;
    return absl::OkStatus();
  }

  // Of an array or object that holds more than there is room for.
  absl::Status GiveUp(int values_before, Value& to) {
    values_ = values_before;
    return Unreadable("has too many values", to);
  }
  bool Full() const { return options_.lenient && values_ >= options_.max_values; }

  bool AtDepthLimit() const { return path_.size() >= static_cast<size_t>(options_.max_depth); }

  bool MayBeBareWord() const {
    const auto& allowed = options_.bare_word_paths;
    return !allowed.empty() &&
           std::find(allowed.begin(), allowed.end(), absl::StrJoin(path_, ".")) != allowed.end();
  }

  const ParseOptions& options_;
  const bool mended_;
  Deviations& deviations_;
  const Value* root_ = nullptr;
  // One step for each array and object around the value; they lie in simdjson's buffer.
  std::vector<absl::string_view> path_;
  int values_ = 0;
};

// simdjson treats a scalar at the root apart, and leaves what follows it to its user. In an array
// every document is alike, and is valid exactly if it is the only item and nothing follows.
simdjson::padded_string InArray(absl::string_view document) {
  simdjson::padded_string padded(document.size() + 2);
  if (padded.data() == nullptr) std::abort();  // Out of memory.
  padded.data()[0] = '[';
  std::copy(document.begin(), document.end(), padded.data() + 1);
  padded.data()[document.size() + 1] = ']';
  return padded;
}

absl::StatusOr<Value> ReadOnly(ondemand::document& root, Reader reader) {
  ondemand::array items;
  if (auto error = root.get_array().get(items)) return Malformed(error);
  Value value;
  int count = 0;
  for (auto item : items) {
    ondemand::value only;
    if (auto error = item.get(only)) return Malformed(error);
    if (++count > 1) return Malformed("has trailing content");
    if (absl::Status status = reader.ReadRoot(only, value); !status.ok()) return status;
  }
  if (count == 0) return Malformed("is empty");
  if (root.current_location().error() != simdjson::OUT_OF_BOUNDS) {
    return Malformed("has trailing content");
  }
  return value;
}

}  // namespace

absl::StatusOr<Value> Parse(absl::string_view document, const ParseOptions& options,
                            Deviations& deviations) {
  if (options.lenient) absl::ConsumePrefix(&document, kByteOrderMark);
  simdjson::padded_string padded = InArray(document);
  ondemand::parser parser;
  ondemand::document root;
  auto error = parser.iterate(padded).get(root);
  const bool may_be_mended = error == simdjson::UTF8_ERROR || error == simdjson::UNESCAPED_CHARS;
  if (options.lenient && may_be_mended) {
    padded = InArray(Mended(document));
    error = parser.iterate(padded).get(root);
  }
  if (error) return Malformed(error);
  return ReadOnly(root, Reader(options, may_be_mended, deviations));
}

}  // namespace kyc::json
