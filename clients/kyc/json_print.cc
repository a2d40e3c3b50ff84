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
#include "clients/kyc/json_text.h"
#include "clients/kyc/json_writer.h"

namespace kyc::client {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kMaxAnyDepth = 32;

// Writes one message. Lives for one PrintJson.
class Printer {
 public:
  Printer(const DescriptorPool& types, JsonStyle style)
      : types_(types), emit_defaults_(style.emit_defaults), json_(style.one_line) {}

  std::string Take() { return json_.Take(); }

  void PrintMessage(const Message& message) {
    const std::string& name = message.GetDescriptor()->full_name();
    if (!absl::StartsWith(name, "google.protobuf.") || !PrintWellKnown(message, name)) {
      json_.Open('{');
      PrintFields(message);
      json_.Close('}');
    }
  }

  void PrintAny(const std::string& type_url, const std::string& value) {
    std::unique_ptr<Message> inner = any_depth_ < kMaxAnyDepth ? Unpack(type_url, value) : nullptr;
    json_.Open('{');
    json_.Name("@type");
    json_.Put(QuoteJson(type_url));
    ++any_depth_;
    if (inner == nullptr) {
      json_.Name("@value");
      json_.Put(QuoteJson(absl::Base64Escape(value)));
    } else if (absl::StartsWith(inner->GetDescriptor()->full_name(), "google.protobuf.")) {
      json_.Name("value");
      PrintMessage(*inner);
    } else {
      PrintFields(*inner, /*by_name=*/true);
    }
    --any_depth_;
    json_.Close('}');
  }

 private:
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
      json_.Put(type.name() == "Timestamp" ? TimestampJson(seconds, nanos)
                                           : DurationJson(seconds, nanos));
    } else if (name == "google.protobuf.Any") {
      PrintAny(fields.GetString(message, first),
               fields.GetString(message, type.FindFieldByNumber(2)));
    } else if (name == "google.protobuf.Value") {
      std::vector<const FieldDescriptor*> set;
      fields.ListFields(message, &set);
      if (set.empty() || set[0]->name() == "null_value") {
        json_.Put("null");
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
      json_.Name(field->json_name());
      const bool null = field->message_type() != nullptr && !field->is_repeated() &&
                        !message.GetReflection()->HasField(message, field);
      if (null) {
        json_.Put("null");
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
      const bool wanted = emit_defaults_ && field->containing_oneof() == nullptr;
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
      json_.Open('[');
      for (int i = 0; i < size; ++i) {
        json_.Next();
        PrintScalar(message, field, i);
      }
      json_.Close(']');
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
    json_.Open('{');
    for (const auto& [name, entry] : entries) {
      json_.Name(name);
      PrintSingle(*entry, field->message_type()->map_value());
    }
    json_.Close('}');
  }

  template <typename Float>
  void PrintFloat(Float value) {
    if (std::isnan(value)) {
      json_.Put("\"NaN\"");
    } else if (std::isinf(value)) {
      json_.Put(value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
    } else {
      json_.Put(NumberJson(value));
    }
  }

  void PrintEnum(const FieldDescriptor* field, int number) {
    const auto* value = field->enum_type()->FindValueByNumber(number);
    json_.Put(value == nullptr ? absl::StrCat(number) : QuoteJson(value->name()));
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
        json_.Put(get(&Reflection::GetBool, &Reflection::GetRepeatedBool) ? "true" : "false");
        return;
      case FieldDescriptor::CPPTYPE_INT32:
        json_.Put(absl::StrCat(get(&Reflection::GetInt32, &Reflection::GetRepeatedInt32)));
        return;
      case FieldDescriptor::CPPTYPE_UINT32:
        json_.Put(absl::StrCat(get(&Reflection::GetUInt32, &Reflection::GetRepeatedUInt32)));
        return;
      case FieldDescriptor::CPPTYPE_INT64:
        json_.Put(
            absl::StrCat("\"", get(&Reflection::GetInt64, &Reflection::GetRepeatedInt64), "\""));
        return;
      case FieldDescriptor::CPPTYPE_UINT64:
        json_.Put(
            absl::StrCat("\"", get(&Reflection::GetUInt64, &Reflection::GetRepeatedUInt64), "\""));
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
        json_.Put(field->type() == FieldDescriptor::TYPE_BYTES ? QuoteJson(absl::Base64Escape(text))
                                                               : QuoteJson(text));
        return;
      }
      case FieldDescriptor::CPPTYPE_MESSAGE:
        PrintMessage(index < 0 ? fields.GetMessage(message, field)
                               : fields.GetRepeatedMessage(message, field, index));
        return;
    }
  }

  const DescriptorPool& types_;
  const bool emit_defaults_;
  JsonWriter json_;
  google::protobuf::DynamicMessageFactory factory_;
  int any_depth_ = 0;
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
