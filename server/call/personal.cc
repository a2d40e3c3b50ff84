#include "server/call/personal.h"

#include <memory>
#include <utility>

namespace kyc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using options::v1::Personal;

constexpr char kInPlace[] = "[personal]";

void RedactField(Message& message, const FieldDescriptor* field) {
  const Reflection& reflection = *message.GetReflection();
  if (!field->is_repeated()) {
    if (reflection.HasField(message, field)) reflection.SetString(&message, field, kInPlace);
    return;
  }
  for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
    reflection.SetRepeatedString(&message, field, i, kInPlace);
  }
}

}  // namespace

Personal PersonalOf(const FieldDescriptor& field) {
  return field.options().GetExtension(options::v1::personal);
}

PersonalFields::PersonalFields(const Descriptor& type, Personal at_least)
    : fields_(Find(type, at_least)) {}

std::vector<PersonalFields::Field> PersonalFields::Find(const Descriptor& type, Personal at_least) {
  std::vector<Field> found;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (PersonalOf(*field) >= at_least) {
      found.push_back({field, {}});
    } else if (field->message_type() != nullptr && field->message_type() != &type) {
      std::vector<Field> below = Find(*field->message_type(), at_least);
      if (!below.empty()) found.push_back({field, std::move(below)});
    }
  }
  return found;
}

template <typename Visit>
void PersonalFields::Each(const std::vector<Field>& fields, Message& message, const Visit& visit) {
  const Reflection& reflection = *message.GetReflection();
  for (const Field& field : fields) {
    if (field.below.empty()) {
      visit(message, field.descriptor);
    } else if (field.descriptor->is_repeated()) {
      for (int i = 0; i < reflection.FieldSize(message, field.descriptor); ++i) {
        Each(field.below, *reflection.MutableRepeatedMessage(&message, field.descriptor, i), visit);
      }
    } else if (reflection.HasField(message, field.descriptor)) {
      Each(field.below, *reflection.MutableMessage(&message, field.descriptor), visit);
    }
  }
}

void PersonalFields::Clear(Message& message) const {
  Each(fields_, message, [](Message& holder, const FieldDescriptor* field) {
    holder.GetReflection()->ClearField(&holder, field);
  });
}

void PersonalFields::Redact(Message& message) const { Each(fields_, message, RedactField); }

void PersonalFields::AddTexts(const std::vector<Field>& fields, const Message& message,
                              std::vector<std::string>& texts) {
  const Reflection& reflection = *message.GetReflection();
  std::string scratch;
  for (const auto& [field, below] : fields) {
    const bool text = field->type() == FieldDescriptor::TYPE_STRING;
    if (below.empty() && !text) continue;
    const int size = field->is_repeated() ? reflection.FieldSize(message, field) : 0;
    for (int i = 0; i < size; ++i) {
      if (text) {
        texts.push_back(reflection.GetRepeatedStringReference(message, field, i, &scratch));
      } else {
        AddTexts(below, reflection.GetRepeatedMessage(message, field, i), texts);
      }
    }
    if (field->is_repeated() || !reflection.HasField(message, field)) continue;
    if (text) {
      texts.push_back(reflection.GetStringReference(message, field, &scratch));
    } else {
      AddTexts(below, reflection.GetMessage(message, field), texts);
    }
  }
}

std::vector<std::string> PersonalFields::TextsOf(const Message& message) const {
  std::vector<std::string> texts;
  AddTexts(fields_, message, texts);
  return texts;
}

std::string Redacted(const Message& message) {
  const std::unique_ptr<Message> shown(message.New());
  shown->CopyFrom(message);
  shown->DiscardUnknownFields();
  PersonalFields(*message.GetDescriptor(), options::v1::PERSONAL_BASIC).Redact(*shown);
  return shown->ShortDebugString();
}

}  // namespace kyc
