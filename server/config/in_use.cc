#include "server/config/in_use.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/message.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "kyc/options/v1/shown.pb.h"
#include "server/config/reloaded_part.h"

namespace kyc::config {
namespace {

using google::protobuf::Duration;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kIndent = 2;

// One value of a field.
struct Place {
  const Message& message;
  const FieldDescriptor& field;
  int index = -1;  // -1: the field is no repeated one.

  bool repeated() const { return index >= 0; }
};

std::string TextAt(const Place& at) {
  const auto& reflection = *at.message.GetReflection();
  return at.repeated() ? reflection.GetRepeatedString(at.message, &at.field, at.index)
                       : reflection.GetString(at.message, &at.field);
}

const Message& MessageAt(const Place& at) {
  const auto& reflection = *at.message.GetReflection();
  return at.repeated() ? reflection.GetRepeatedMessage(at.message, &at.field, at.index)
                       : reflection.GetMessage(at.message, &at.field);
}

std::string NumberAt(const Place& at) {
  const auto& reflection = *at.message.GetReflection();
  switch (at.field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(at.message, &at.field) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(reflection.GetInt32(at.message, &at.field));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(reflection.GetInt64(at.message, &at.field));
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection.GetEnum(at.message, &at.field)->name();
    default:
      break;
  }
  return "set";  // Of a kind that the schema has none of.
}

bool IsText(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
}

bool IsShown(const FieldDescriptor& field) {
  return field.type() == FieldDescriptor::TYPE_STRING &&
         field.options().GetExtension(options::v1::shown);
}

// What stands for a field of which nothing is written.
const char* Nothing(const FieldDescriptor& field) {
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) return "false";
  if (IsText(field) && !IsShown(field)) return "unset";
  const bool block =
      field.message_type() != nullptr && field.message_type() != Duration::descriptor();
  return block || field.is_repeated() ? "none" : "default";
}

void Append(const Message& block, int indent, std::string& to);

void AppendValue(const Place& at, int indent, std::string& to) {
  const std::string before = absl::StrCat(std::string(indent, ' '), at.field.name());
  if (at.field.message_type() == Duration::descriptor()) {
    const auto& duration = static_cast<const Duration&>(MessageAt(at));
    absl::StrAppend(&to, before, ": ",
                    absl::FormatDuration(absl::Seconds(duration.seconds()) +
                                         absl::Nanoseconds(duration.nanos())),
                    "\n");
  } else if (at.field.message_type() != nullptr) {
    absl::StrAppend(&to, before, " {\n");
    Append(MessageAt(at), indent + kIndent, to);
    absl::StrAppend(&to, std::string(indent, ' '), "}\n");
  } else if (!IsText(at.field)) {
    absl::StrAppend(&to, before, ": ", NumberAt(at), "\n");
  } else if (IsShown(at.field)) {
    absl::StrAppend(&to, before, ": \"", absl::CHexEscape(TextAt(at)), "\"\n");
  } else {
    absl::StrAppend(&to, before, ": ", TextAt(at).empty() ? "unset" : "set", "\n");
  }
}

void Append(const Message& block, int indent, std::string& to) {
  const auto& reflection = *block.GetReflection();
  for (int i = 0; i < block.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *block.GetDescriptor()->field(i);
    const int times = field.is_repeated() ? reflection.FieldSize(block, &field)
                                          : (reflection.HasField(block, &field) ? 1 : 0);
    for (int index = 0; index < times; ++index) {
      AppendValue({block, field, field.is_repeated() ? index : -1}, indent, to);
    }
    // The engine that was not chosen is none of the configuration's.
    if (times > 0 || field.real_containing_oneof() != nullptr) continue;
    absl::StrAppend(&to, std::string(indent, ' '), field.name(), ": ", Nothing(field), "\n");
  }
}

}  // namespace

InUse::InUse(const std::string& config) { config_.ParseFromString(config); }

void InUse::TakeOver(const std::string& config) {
  v1::Config now;
  now.ParseFromString(config);
  const std::lock_guard lock(mutex_);
  TakeReloaded(now, config_);
}

std::string InUse::Text() const {
  const std::lock_guard lock(mutex_);
  std::string text;
  Append(config_, 0, text);
  return text;
}

}  // namespace kyc::config
