// A JSON document as its sender meant it: the tolerant reader, over simdjson.
#ifndef SERVER_JSON_VALUE_H_
#define SERVER_JSON_VALUE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace kyc::json {

// In what a document was looser than it should be, though it could be read; each becomes a metric
// label, e.g. "bare_word", "string_for_bool", "number_for_string", "string_for_number".
using Deviations = std::vector<std::string>;

// One value. A number keeps its text, because identifiers of digits may be longer than any integer.
struct Value {
  // kUnreadable: there was something, but nobody can say what. Only by ParseOptions::lenient.
  enum class Kind { kNull, kBool, kNumber, kString, kArray, kObject, kBareWord, kUnreadable };
  Kind kind = Kind::kNull;
  bool boolean = false;
  std::string text;          // kNumber, kString, kBareWord.
  std::vector<Value> items;  // kArray.
  // kObject, in order; no key twice, unless all of that name are kUnreadable.
  std::vector<std::pair<std::string, Value>> members;

  // In value.cc, because only there every compiler knows the members' type to be complete.
  Value();
  Value(const Value& other);
  Value(Value&& other) noexcept;
  Value& operator=(const Value& other);
  Value& operator=(Value&& other) noexcept;
  ~Value();

  // The member of that name, or null: also when this is no object.
  const Value* Find(absl::string_view key) const;
};

// Limits and looseness of one document.
struct ParseOptions {
  // Arrays and objects inside each other; 1 for an object of scalars.
  int max_depth = 32;
  // Values in the whole document: a small document can hold many, and each costs some 100 bytes.
  int max_values = 20000;
  // Where a bare word (`success` without quotes: letters, digits, '_', '-', '.', a letter first) is
  // accepted as a value, by dotted path: "content.result.status". Each is the deviation
  // "bare_word". An array is the step "[]".
  std::vector<std::string> bare_word_paths;
  // What is wrong with one value makes that value kUnreadable, and not the document: a text with a
  // wrong escape, a lone surrogate, a control character or invalid UTF-8; a scalar that is none
  // (NaN, 01, a word); a member whose key is there twice; an array or object that is too deep or
  // has too many values. A member whose key has such a text is left out; a byte order mark is
  // skipped. What is wrong with the document's own frame is still an error.
  bool lenient = false;
};

// Reads the whole document. Any fault (cut short, trailing bytes; unless lenient also a key twice
// in one object, too deep, invalid UTF-8, a lone surrogate) is INVALID_ARGUMENT with a reason that
// quotes nothing of the document: a phrase like "is not valid UTF-8". Pure, thread-safe.
absl::StatusOr<Value> Parse(absl::string_view document, const ParseOptions& options,
                            Deviations& deviations);

// The tolerant reads. nullopt: of a kind that cannot be read so.
// A string; a number becomes its digits if it is an integer, else its text (a deviation); a bare
// word its text (Parse has counted it).
absl::optional<std::string> ReadString(const Value& value, Deviations& deviations);
// What names something: a string of call/text_rules.h's IsIdentifier, or empty; a number only if it
// is an integer (a deviation), because of any other nobody knows the digits.
absl::optional<std::string> ReadIdentifier(const Value& value, Deviations& deviations);
// The same of digits alone, as a national number is: a string that writes an integer with a point
// or an exponent is its digits too (a deviation), and one that writes another number nothing; nor
// is a number below zero one.
absl::optional<std::string> ReadDigits(const Value& value, Deviations& deviations);
// A bool; "True"/"true"/"False"/"false" as a string too (a deviation).
absl::optional<bool> ReadBool(const Value& value, Deviations& deviations);
// A finite number; a string that is one in JSON's own grammar too (a deviation).
absl::optional<double> ReadDouble(const Value& value, Deviations& deviations);
// An integer in range, however it is written ("1.68E12" too); a string that is one too (a
// deviation).
absl::optional<int64_t> ReadInt64(const Value& value, Deviations& deviations);

}  // namespace kyc::json

#endif  // SERVER_JSON_VALUE_H_
