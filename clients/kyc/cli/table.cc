#include "clients/kyc/cli/table.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace kyc::cli {
namespace {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Pairs = std::vector<std::pair<std::string, std::string>>;

constexpr char kBold[] = "\033[1m";
constexpr char kPlain[] = "\033[0m";

bool Continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Characters, each of which is taken to be as wide as any other.
size_t WidthOf(absl::string_view text) {
  return text.size() - static_cast<size_t>(std::count_if(text.begin(), text.end(), Continues));
}

// U+0080 to U+009F are C2 80 to C2 9F; the marks of direction E2 80 8E, 8F, AA to AE and E2 81 A6
// to A9. Returns the length of such a character at the start of `text`, or 0.
size_t CommandLength(absl::string_view text) {
  const auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  if (byte(0) < 0x20 || byte(0) == 0x7F) return 1;
  if (byte(0) == 0xC2 && byte(1) >= 0x80 && byte(1) <= 0x9F) return 2;
  if (byte(0) != 0xE2) return 0;
  const bool mark = byte(1) == 0x80 &&
                    (byte(2) == 0x8E || byte(2) == 0x8F || (byte(2) >= 0xA8 && byte(2) <= 0xAE));
  const bool isolate = byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9;
  return mark || isolate ? 3 : 0;
}

std::string Scalar(const Message& message, const FieldDescriptor& field, int index) {
  const auto& r = *message.GetReflection();
  const bool many = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return (many ? r.GetRepeatedBool(message, &field, index) : r.GetBool(message, &field)) ? "yes"
                                                                                             : "no";
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(many ? r.GetRepeatedInt32(message, &field, index)
                               : r.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(many ? r.GetRepeatedInt64(message, &field, index)
                               : r.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return absl::StrCat(many ? r.GetRepeatedDouble(message, &field, index)
                               : r.GetDouble(message, &field));
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumWords(
          *(many ? r.GetRepeatedEnum(message, &field, index) : r.GetEnum(message, &field)));
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string text =
          many ? r.GetRepeatedString(message, &field, index) : r.GetString(message, &field);
      if (field.type() != FieldDescriptor::TYPE_BYTES) return Printable(text);
      return absl::StrCat("(", text.size(), " bytes)");
    }
    default:
      return "?";  // The contracts have no other.
  }
}

void Append(const Message& message, const std::string& prefix, Pairs& pairs);

void AppendMessage(const Message& value, const std::string& name, Pairs& pairs) {
  if (const auto* time = dynamic_cast<const google::protobuf::Timestamp*>(&value)) {
    pairs.emplace_back(name, TimeText(*time));
    return;
  }
  Append(value, name + ".", pairs);
}

void Append(const Message& message, const std::string& prefix, Pairs& pairs) {
  std::vector<const FieldDescriptor*> set;
  const auto& reflection = *message.GetReflection();
  reflection.ListFields(message, &set);
  const auto& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const bool is_set = std::find(set.begin(), set.end(), &field) != set.end();
    // A verdict of no is not left out, as its bytes are.
    const bool verdict = field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL &&
                         !field.is_repeated() && !field.has_presence();
    if (!is_set && !verdict) continue;
    const std::string name = prefix + field.name();
    const int count = field.is_repeated() ? reflection.FieldSize(message, &field) : 1;
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      for (int n = 0; n < count; ++n) {
        AppendMessage(field.is_repeated() ? reflection.GetRepeatedMessage(message, &field, n)
                                          : reflection.GetMessage(message, &field),
                      field.is_repeated() ? absl::StrCat(name, "[", n, "]") : name, pairs);
      }
      continue;
    }
    std::vector<std::string> values;
    for (int n = 0; n < count; ++n) values.push_back(Scalar(message, field, n));
    pairs.emplace_back(name, absl::StrJoin(values, "; "));
  }
}

}  // namespace

std::string Printable(absl::string_view text) {
  std::string printable;
  for (size_t i = 0; i < text.size();) {
    const size_t length = CommandLength(text.substr(i));
    printable += length == 0 ? text[i] : '?';
    i += std::max<size_t>(length, 1);
  }
  return printable;
}

std::string TableText(const Row& header, const std::vector<Row>& rows, bool colours) {
  if (rows.empty()) return "";
  std::vector<size_t> widths;
  for (const std::string& cell : header) widths.push_back(WidthOf(cell));
  for (const Row& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], WidthOf(row[i]));
  }
  const auto line = [&](const Row& row) {
    std::string text;
    for (size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 < row.size()) text.append(widths[i] - WidthOf(row[i]) + 2, ' ');
    }
    return std::string(absl::StripTrailingAsciiWhitespace(text));
  };
  std::string text = line(header);
  if (colours) text = absl::StrCat(kBold, text, kPlain);
  text += "\n";
  for (const Row& row : rows) absl::StrAppend(&text, line(row), "\n");
  return text;
}

std::string CsvLine(const Row& cells) {
  const auto add = [](std::string* line, const std::string& cell) {
    const bool plain = cell.find_first_of(",\"\r\n") == cell.npos;
    const std::string doubled = absl::StrReplaceAll(cell, {{"\"", "\"\""}});
    absl::StrAppend(line, plain ? cell : absl::StrCat("\"", doubled, "\""));
  };
  return absl::StrJoin(cells, ",", add) + "\n";
}

std::string PairsText(const Pairs& pairs) {
  size_t width = 0;
  for (const auto& pair : pairs) width = std::max(width, WidthOf(pair.first));
  std::string text;
  for (const auto& [name, value] : pairs) {
    absl::StrAppend(&text, name, std::string(width - WidthOf(name) + 2, ' '), value, "\n");
  }
  return text;
}

Pairs FieldsOf(const Message& message) {
  Pairs pairs;
  Append(message, "", pairs);
  return pairs;
}

std::string EnumWords(const EnumValueDescriptor& value) {
  std::string prefix;  // UpgradeStatus: UPGRADE_STATUS_
  for (const char c : value.type()->name()) {
    if (absl::ascii_isupper(c) && !prefix.empty()) prefix += '_';
    prefix += absl::ascii_toupper(c);
  }
  const absl::string_view rest = absl::StripPrefix(value.name(), prefix + "_");
  return absl::StrReplaceAll(absl::AsciiStrToLower(rest), {{"_", " "}});
}

std::string TimeText(const google::protobuf::Timestamp& time) {
  if (time.seconds() == 0) return "";
  return absl::FormatTime("%Y-%m-%d %H:%M:%SZ", absl::FromUnixSeconds(time.seconds()),
                          absl::UTCTimeZone());
}

}  // namespace kyc::cli
