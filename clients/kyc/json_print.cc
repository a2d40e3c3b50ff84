#include "clients/kyc/json_print.h"

#include <google/protobuf/dynamic_message.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "clients/kyc/json_text.h"

namespace kyc::client {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kMaxAnyDepth = 32;

// ".120" and the like: none, 3, 6 or 9 digits.
std::string Fraction(int64_t nanos) {
  if (nanos == 0) return "";
  if (nanos % 1'000'000 == 0) return absl::StrFormat(".%03d", nanos / 1'000'000);
  if (nanos % 1'000 == 0) return absl::StrFormat(".%06d", nanos / 1'000);
  return absl::StrFormat(".%09d", nanos);
}

std::string TimestampText(int64_t seconds, int64_t nanos) {
  return QuoteJson(absl::StrCat(
      absl::FormatTime("%E4Y-%m-%dT%H:%M:%S", absl::FromUnixSeconds(seconds), absl::UTCTimeZone()),
      Fraction(nanos), "Z"));
}

std::string DurationText(int64_t seconds, int64_t nanos) {
  const bool negative = seconds < 0 || nanos < 0;
  return QuoteJson(
      absl::StrCat(negative ? "-" : "", std::abs(seconds), Fraction(std::abs(nanos)), "s"));
}

// Writes one message. Lives for one PrintJson.
class Printer {
 public:
  Printer(const DescriptorPool& types, JsonStyle style) : types_(types), style_(style) {}

  std::string Take() { return std::move(out_); }

  void PrintMessage(const Message& message) {
    const std::string& name = message.GetDescriptor()->full_name();
    if (!absl::StartsWith(name, "google.protobuf.") || !PrintWellKnown(message, name)) {
      Open('{');
      PrintFields(message);
      Close('}');
    }
  }

  void PrintAny(const std::string& type_url, const std::string& value) {
    std::unique_ptr<Message> inner = any_depth_ < kMaxAnyDepth ? Unpack(type_url, value) : nullptr;
    Open('{');
    Name("@type");
    out_ += QuoteJson(type_url);
    ++any_depth_;
    if (inner == nullptr) {
      Name("@value");
      out_ += QuoteJson(absl::Base64Escape(value));
    } else if (absl::StartsWith(inner->GetDescriptor()->full_name(), "google.protobuf.")) {
      Name("value");
      PrintMessage(*inner);
    } else {
      PrintFields(*inner, /*by_name=*/true);
    }
    --any_depth_;
    Close('}');
  }

 private:
  void Open(char bracket) {
    out_ += bracket;
    ++depth_;
    first_ = true;
  }

  void Close(char bracket) {
    --depth_;
    if (!first_) NewLine();
    out_ += bracket;
    first_ = false;
  }

  void NewLine() {
    if (!style_.one_line) absl::StrAppend(&out_, "\n", std::string(2 * depth_, ' '));
  }

  // Before each element of what is open.
  void Next() {
    if (!first_) out_ += ',';
    first_ = false;
    NewLine();
  }

  void Name(absl::string_view name) {
    Next();
    absl::StrAppend(&out_, QuoteJson(name), style_.one_line ? ":" : ": ");
  }

  std::unique_ptr<Message> Unpack(const std::string& type_url, const std::string& value) {
    const std::string name = type_url.substr(type_url.rfind('/') + 1);
    const Descriptor* type = types_.FindMessageTypeByName(name);
    if (type == nullptr) type = DescriptorPool::generated_pool()->FindMessageTypeByName(name);
    if (type == nullptr) return nullptr;
    std::unique_ptr<Message> message(factory_.GetPrototype(type)->New());
    return message->ParseFromString(value) ? std::move(message) : nullptr;
  }

  // False for what prints like any other message.
  bool PrintWellKnown(const Message& message, const std::string& name) {
    const Descriptor& type = *message.GetDescriptor();
    const Reflection& fields = *message.GetReflection();
    const FieldDescriptor* first = type.FindFieldByNumber(1);
    if (name == "google.protobuf.Timestamp" || name == "google.protobuf.Duration") {
      const int64_t seconds = fields.GetInt64(message, first);
      const int64_t nanos = fields.GetInt32(message, type.FindFieldByNumber(2));
      out_ +=
          type.name() == "Timestamp" ? TimestampText(seconds, nanos) : DurationText(seconds, nanos);
    } else if (name == "google.protobuf.Any") {
      PrintAny(fields.GetString(message, first),
               fields.GetString(message, type.FindFieldByNumber(2)));
    } else if (name == "google.protobuf.Value") {
      std::vector<const FieldDescriptor*> set;
      fields.ListFields(message, &set);
      if (set.empty() || set[0]->name() == "null_value") {
        out_ += "null";
      } else {
        PrintSingle(message, set[0]);
      }
    } else if (name == "google.protobuf.Struct" || name == "google.protobuf.ListValue") {
      PrintField(message, first);
    } else if (type.file()->name() == "google/protobuf/wrappers.proto") {
      PrintSingle(message, first);
    } else {
      return false;
    }
    return true;
  }

  void PrintFields(const Message& message, bool by_name = false) {
    for (const FieldDescriptor* field : FieldsToPrint(message, by_name)) {
      Name(field->json_name());
      const bool null = field->message_type() != nullptr && !field->is_repeated() &&
                        !message.GetReflection()->HasField(message, field);
      if (null) {
        out_ += "null";
      } else {
        PrintField(message, field);
      }
    }
  }

  std::vector<const FieldDescriptor*> FieldsToPrint(const Message& message, bool by_name) const {
    const Descriptor& type = *message.GetDescriptor();
    const Reflection& fields = *message.GetReflection();
    std::vector<const FieldDescriptor*> list;
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor* field = type.field(i);
      const bool set = field->is_repeated() ? fields.FieldSize(message, field) > 0
                                            : fields.HasField(message, field);
      const bool wanted = style_.emit_defaults && field->containing_oneof() == nullptr;
      if (set || wanted) list.push_back(field);
    }
    if (by_name) {
      std::sort(list.begin(), list.end(),
                [](const auto* a, const auto* b) { return a->json_name() < b->json_name(); });
    }
    return list;
  }

  void PrintField(const Message& message, const FieldDescriptor* field) {
    if (field->is_map()) {
      PrintMap(message, field);
    } else if (field->is_repeated()) {
      const int size = message.GetReflection()->FieldSize(message, field);
      Open('[');
      for (int i = 0; i < size; ++i) {
        Next();
        PrintScalar(message, field, i);
      }
      Close(']');
    } else {
      PrintSingle(message, field);
    }
  }

  void PrintSingle(const Message& message, const FieldDescriptor* field) {
    PrintScalar(message, field, -1);
  }

  static std::string KeyText(const Message& entry, const FieldDescriptor* key) {
    const Reflection& fields = *entry.GetReflection();
    switch (key->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return fields.GetString(entry, key);
      case FieldDescriptor::CPPTYPE_BOOL:
        return fields.GetBool(entry, key) ? "true" : "false";
      case FieldDescriptor::CPPTYPE_INT32:
        return absl::StrCat(fields.GetInt32(entry, key));
      case FieldDescriptor::CPPTYPE_INT64:
        return absl::StrCat(fields.GetInt64(entry, key));
      case FieldDescriptor::CPPTYPE_UINT32:
        return absl::StrCat(fields.GetUInt32(entry, key));
      default:
        return absl::StrCat(fields.GetUInt64(entry, key));
    }
  }

  void PrintMap(const Message& message, const FieldDescriptor* field) {
    const Reflection& fields = *message.GetReflection();
    const FieldDescriptor* key = field->message_type()->map_key();
    std::vector<std::pair<std::string, const Message*>> entries;
    for (int i = 0; i < fields.FieldSize(message, field); ++i) {
      const Message& entry = fields.GetRepeatedMessage(message, field, i);
      entries.emplace_back(KeyText(entry, key), &entry);
    }
    std::sort(entries.begin(), entries.end());
    Open('{');
    for (const auto& [name, entry] : entries) {
      Name(name);
      PrintSingle(*entry, field->message_type()->map_value());
    }
    Close('}');
  }

  template <typename Float>
  void PrintFloat(Float value) {
    if (std::isnan(value)) {
      out_ += "\"NaN\"";
    } else if (std::isinf(value)) {
      out_ += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    } else {
      out_ += NumberJson(value);
    }
  }

  void PrintEnum(const FieldDescriptor* field, int number) {
    const auto* value = field->enum_type()->FindValueByNumber(number);
    out_ += value == nullptr ? absl::StrCat(number) : QuoteJson(value->name());
  }

  // One value: the field itself if index is -1, else that element of it.
  void PrintScalar(const Message& message, const FieldDescriptor* field, int index) {
    const Reflection& fields = *message.GetReflection();
    const auto get = [&](auto single, auto element) {
      return index < 0 ? (fields.*single)(message, field)
                       : (fields.*element)(message, field, index);
    };
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_BOOL:
        out_ += get(&Reflection::GetBool, &Reflection::GetRepeatedBool) ? "true" : "false";
        return;
      case FieldDescriptor::CPPTYPE_INT32:
        absl::StrAppend(&out_, get(&Reflection::GetInt32, &Reflection::GetRepeatedInt32));
        return;
      case FieldDescriptor::CPPTYPE_UINT32:
        absl::StrAppend(&out_, get(&Reflection::GetUInt32, &Reflection::GetRepeatedUInt32));
        return;
      case FieldDescriptor::CPPTYPE_INT64:
        absl::StrAppend(&out_, "\"", get(&Reflection::GetInt64, &Reflection::GetRepeatedInt64),
                        "\"");
        return;
      case FieldDescriptor::CPPTYPE_UINT64:
        absl::StrAppend(&out_, "\"", get(&Reflection::GetUInt64, &Reflection::GetRepeatedUInt64),
                        "\"");
        return;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        PrintFloat(get(&Reflection::GetDouble, &Reflection::GetRepeatedDouble));
        return;
      case FieldDescriptor::CPPTYPE_FLOAT:
        PrintFloat(get(&Reflection::GetFloat, &Reflection::GetRepeatedFloat));
        return;
      case FieldDescriptor::CPPTYPE_ENUM:
        PrintEnum(field, get(&Reflection::GetEnumValue, &Reflection::GetRepeatedEnumValue));
        return;
      case FieldDescriptor::CPPTYPE_STRING: {
        const std::string text = get(&Reflection::GetString, &Reflection::GetRepeatedString);
        out_ += field->type() == FieldDescriptor::TYPE_BYTES ? QuoteJson(absl::Base64Escape(text))
                                                             : QuoteJson(text);
        return;
      }
      case FieldDescriptor::CPPTYPE_MESSAGE:
        PrintMessage(index < 0 ? fields.GetMessage(message, field)
                               : fields.GetRepeatedMessage(message, field, index));
        return;
    }
  }

  const DescriptorPool& types_;
  const JsonStyle style_;
  google::protobuf::DynamicMessageFactory factory_;
  std::string out_;
  int depth_ = 0;
  int any_depth_ = 0;
  bool first_ = true;
};

}  // namespace

std::string PrintJson(const Message& message, const DescriptorPool& types, JsonStyle style) {
  Printer printer(types, style);
  printer.PrintMessage(message);
  return printer.Take();
}

std::string PrintAnyJson(const std::string& type_url, const std::string& value,
                         const DescriptorPool& types, JsonStyle style) {
  Printer printer(types, style);
  printer.PrintAny(type_url, value);
  return printer.Take();
}

}  // namespace kyc::client
