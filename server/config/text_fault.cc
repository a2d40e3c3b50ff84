#include "server/config/text_fault.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace kyc::config {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FileDescriptor;

constexpr int kTab = 8;  // Columns, as the parser counts them.

struct Kind {
  absl::string_view words;  // How the parser's begin.
  absl::string_view ours;
};

constexpr Kind kKinds[] = {
    {"Expected integer", "must be a whole number"},
    {"Integer out of range", "is a number out of range"},
    {"Expected string", "must be text in quotes"},
    {"Expected double", "must be a number"},
    {"Invalid value for boolean", "must be true or false"},
    {"Unknown enumeration value", "must be one of the names that config.proto gives"},
    {"Non-repeated field", "is there twice"},
    {"Field ", "is there beside another one of which only one may be"},
    {"Expected identifier", "must be followed by the name of a field"},
    {"String literals cannot cross", "is text whose quote is not closed in its line"},
    {"Unexpected end of string", "is text whose quote is not closed"},
    {"Invalid escape sequence", "is text with a backslash and what may not follow one"},
};

std::set<std::string> FieldNames(const FileDescriptor& schema) {
  std::set<std::string> names;
  for (int i = 0; i < schema.message_type_count(); ++i) {
    const Descriptor& message = *schema.message_type(i);
    for (int j = 0; j < message.field_count(); ++j) names.insert(message.field(j)->name());
  }
  return names;
}

size_t OffsetOf(absl::string_view text, int line, int column) {
  size_t at = 0;
  for (; line > 0 && at < text.size(); ++at) {
    if (text[at] == '\n') --line;
  }
  for (int reached = 0; at < text.size() && text[at] != '\n' && reached < column; ++at) {
    reached += text[at] == '\t' ? kTab - reached % kTab : 1;
  }
  return at;
}

bool IsWord(char c) { return absl::ascii_isalnum(c) || c == '_'; }

// The end of what begins at `at`: a comment, a text in quotes, a word, or one character.
size_t TokenEnd(absl::string_view text, size_t at) {
  const char first = text[at];
  size_t end = at + 1;
  if (first == '#') return std::min(text.find('\n', at), text.size());
  if (first == '"' || first == '\'') {
    while (end < text.size() && text[end] != first && text[end] != '\n') {
      end += text[end] == '\\' ? 2 : 1;
    }
    return std::min(end + 1, text.size());
  }
  while (IsWord(first) && end < text.size() && IsWord(text[end])) ++end;
  return end;
}

// The last field that is named before, which what is wrong there belongs to; empty if there is
// none.
std::string FieldBefore(absl::string_view text, const std::set<std::string>& names) {
  std::string field;
  for (size_t at = 0; at < text.size();) {
    const size_t end = TokenEnd(text, at);
    const std::string word(text.substr(at, end - at));
    if (names.count(word) > 0) field = word;
    at = end;
  }
  return field;
}

// What the parser put in quotes behind `before`; empty if it did not.
std::string Quoted(absl::string_view words, absl::string_view before) {
  const size_t at = words.find(absl::StrCat(before, "\""));
  if (at == words.npos) return "";
  const absl::string_view rest = words.substr(at + before.size() + 1);
  return std::string(rest.substr(0, rest.find('"')));
}

// How many letters must be put in, taken out or replaced.
size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

// The message's name is the schema's; the field's is not, so only one that it resembles is named.
std::string NoSuchField(absl::string_view words, const FileDescriptor& schema) {
  const std::string message = Quoted(words, "Message type ");
  const std::string written = Quoted(words, "has no field named ");
  const Descriptor* descriptor = schema.pool()->FindMessageTypeByName(message);
  if (descriptor == nullptr) return "there is no such field";
  std::string fault = absl::StrCat(descriptor->name(), " has no such field");
  size_t nearest = std::max<size_t>(written.size() / 3, 1) + 1;
  std::string meant;
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const size_t distance = Distance(written, descriptor->field(i)->name());
    if (distance < nearest) meant = descriptor->field(i)->name();
    nearest = std::min(nearest, distance);
  }
  if (!meant.empty()) absl::StrAppend(&fault, "; the nearest is ", meant);
  return fault;
}

std::string What(absl::string_view words) {
  for (const Kind& kind : kKinds) {
    if (absl::StartsWith(words, kind.words)) return std::string(kind.ours);
  }
  const std::string sign = absl::StartsWith(words, "Expected \"") ? Quoted(words, "Expected ") : "";
  if (sign.size() == 1) return absl::StrCat("must be followed by ", sign);
  return "cannot be read";
}

}  // namespace

std::string TextFault(absl::string_view text, int line, int column, absl::string_view words,
                      const FileDescriptor& schema) {
  if (absl::StartsWith(words, "Message type ")) return NoSuchField(words, schema);
  const std::set<std::string> names = FieldNames(schema);
  std::string field = Quoted(words, "ield ");  // Of "Field" and of "field".
  if (names.count(field) == 0) {
    field = FieldBefore(text.substr(0, OffsetOf(text, line, column)), names);
  }
  if (field.empty()) return absl::StrCat("what stands there ", What(words));
  return absl::StrCat(field, ": ", What(words));
}

}  // namespace kyc::config
