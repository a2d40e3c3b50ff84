#include "tools/readme_check/reply.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "clients/kyc/json_text.h"

namespace kyc::readme {
namespace {

using google::protobuf::Value;

// Skips what grpcurl puts before each detail of an error: "  1)".
absl::string_view SkipNumber(absl::string_view line) {
  line = absl::StripLeadingAsciiWhitespace(line);
  absl::string_view rest = line;
  while (!rest.empty() && absl::ascii_isdigit(rest[0])) rest.remove_prefix(1);
  const bool numbered = rest.size() < line.size() && !rest.empty() && rest[0] == ')';
  return numbered ? absl::StripLeadingAsciiWhitespace(rest.substr(1)) : line;
}

// Reads the JSON value at the start of `text` and removes it with what led to it.
absl::optional<Value> TakeJson(absl::string_view& text) {
  const absl::string_view start = SkipNumber(text);
  if (start.empty() || (start[0] != '{' && start[0] != '[')) return absl::nullopt;
  const size_t length = client::JsonValueLength(start);
  Value value;
  const std::string json(start.substr(0, length));
  if (length == 0 || !google::protobuf::util::JsonStringToMessage(json, &value).ok()) {
    return absl::nullopt;
  }
  text = start.substr(length);
  return value;
}

std::string Short(const Value& value) {
  std::string text;
  const auto printed = google::protobuf::util::MessageToJsonString(value, &text);
  return printed.ok() ? text : "(unprintable)";
}

class Comparison {
 public:
  explicit Comparison(const std::set<std::string>& volatile_names)
      : volatile_names_(volatile_names) {}

  void Compare(const std::string& path, const Value& documented, const Value& actual) {
    if (documented.kind_case() != actual.kind_case()) {
      Differ(path, documented, actual);
    } else if (documented.has_struct_value()) {
      CompareObjects(path, documented.struct_value(), actual.struct_value());
    } else if (documented.has_list_value()) {
      CompareLists(path, documented.list_value(), actual.list_value());
    } else if (Short(documented) != Short(actual)) {
      Differ(path, documented, actual);
    }
  }

  void Note(std::string difference) { differences_.push_back(std::move(difference)); }

  std::vector<std::string> Take() { return std::move(differences_); }

 private:
  void Differ(const std::string& path, const Value& documented, const Value& actual) {
    Note(absl::StrCat(path, ": documented ", Short(documented), ", got ", Short(actual)));
  }

  void CompareObjects(const std::string& path, const google::protobuf::Struct& documented,
                      const google::protobuf::Struct& actual) {
    for (const auto& [name, value] : documented.fields()) {
      const auto found = actual.fields().find(name);
      if (found == actual.fields().end()) {
        Note(absl::StrCat(path, ".", name, ": documented, but not there"));
      } else if (volatile_names_.count(name) == 0 ||
                 value.kind_case() != found->second.kind_case()) {
        Compare(absl::StrCat(path, ".", name), value, found->second);
      }
    }
    for (const auto& [name, value] : actual.fields()) {
      if (documented.fields().count(name) == 0) {
        Note(absl::StrCat(path, ".", name, ": not documented, got ", Short(value)));
      }
    }
  }

  void CompareLists(const std::string& path, const google::protobuf::ListValue& documented,
                    const google::protobuf::ListValue& actual) {
    if (documented.values_size() != actual.values_size()) {
      Note(absl::StrCat(path, ": documented ", documented.values_size(), " elements, got ",
                        actual.values_size()));
    }
    const int both = std::min(documented.values_size(), actual.values_size());
    for (int i = 0; i < both; ++i) {
      Compare(absl::StrCat(path, "[", i, "]"), documented.values(i), actual.values(i));
    }
  }

  const std::set<std::string>& volatile_names_;
  std::vector<std::string> differences_;
};

std::string Name(const Piece& piece) {
  return piece.json.has_value() ? Short(*piece.json) : piece.text;
}

void FindCursor(const Value& value, absl::optional<std::string>& cursor) {
  for (const auto& [name, field] : value.struct_value().fields()) {
    if (name == "cursor" && field.has_string_value()) {
      cursor = field.string_value();
    } else {
      FindCursor(field, cursor);
    }
  }
}

}  // namespace

std::vector<Piece> ReadReply(absl::string_view reply) {
  std::vector<Piece> pieces;
  while (!(reply = absl::StripLeadingAsciiWhitespace(reply)).empty()) {
    if (auto json = TakeJson(reply)) {
      pieces.push_back({std::move(json), ""});
      continue;
    }
    const size_t end = std::min(reply.find('\n'), reply.size());
    std::string line(reply.substr(0, end));
    absl::RemoveExtraAsciiWhitespace(&line);
    pieces.push_back({absl::nullopt, std::move(line)});
    reply.remove_prefix(end);
  }
  return pieces;
}

std::vector<std::string> Differences(const std::vector<Piece>& documented,
                                     const std::vector<Piece>& actual,
                                     const std::set<std::string>& volatile_names) {
  Comparison comparison(volatile_names);
  for (size_t i = 0; i < std::max(documented.size(), actual.size()); ++i) {
    const std::string number = documented.size() > 1 ? absl::StrCat("#", i + 1, " $") : "$";
    if (i >= actual.size()) {
      comparison.Note(absl::StrCat("documented, but not there: ", Name(documented[i])));
    } else if (i >= documented.size()) {
      comparison.Note(absl::StrCat("not documented, got: ", Name(actual[i])));
    } else if (documented[i].json.has_value() && actual[i].json.has_value()) {
      comparison.Compare(number, *documented[i].json, *actual[i].json);
    } else if (documented[i].json.has_value() != actual[i].json.has_value() ||
               documented[i].text != actual[i].text) {
      comparison.Note(
          absl::StrCat("documented: ", Name(documented[i]), ", got: ", Name(actual[i])));
    }
  }
  return comparison.Take();
}

absl::optional<std::string> LastCursor(const std::vector<Piece>& reply) {
  absl::optional<std::string> cursor;
  for (const Piece& piece : reply) {
    if (piece.json.has_value()) FindCursor(*piece.json, cursor);
  }
  return cursor;
}

}  // namespace kyc::readme
