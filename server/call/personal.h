// What the contract's one word, (kyc.options.v1.personal), says of messages.
#ifndef SERVER_CALL_PERSONAL_H_
#define SERVER_CALL_PERSONAL_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "kyc/options/v1/options.pb.h"

namespace kyc {

// PERSONAL_UNSPECIFIED: nobody's.
options::v1::Personal PersonalOf(const google::protobuf::FieldDescriptor& field);

// The personal fields of a type and of all that its messages hold. Immutable; made once for a type,
// because reading options is slow.
class PersonalFields {
 public:
  // Those marked `at_least`.
  PersonalFields(const google::protobuf::Descriptor& type, options::v1::Personal at_least);

  // Every text among them that is not empty, but no bytes.
  std::vector<std::string> TextsOf(const google::protobuf::Message& message) const;
  void Clear(google::protobuf::Message& message) const;
  // Puts "[personal]" in place of each value.
  void Redact(google::protobuf::Message& message) const;

 private:
  struct Field {
    const google::protobuf::FieldDescriptor* descriptor;
    std::vector<Field> below;  // Empty: it is personal itself.
  };
  static std::vector<Field> Find(const google::protobuf::Descriptor& type,
                                 options::v1::Personal at_least);
  template <typename Visit>
  static void Each(const std::vector<Field>& fields, google::protobuf::Message& message,
                   const Visit& visit);
  static void AddTexts(const std::vector<Field>& fields, const google::protobuf::Message& message,
                       std::vector<std::string>& texts);

  const std::vector<Field> fields_;
};

// Every personal text of a message, to be masked where somebody else's words may repeat it.
template <typename Message>
std::vector<std::string> PersonalTexts(const Message& message) {
  static const PersonalFields fields(*Message::descriptor(), options::v1::PERSONAL_BASIC);
  return fields.TextsOf(message);
}

// Takes out all that is personal.
template <typename Message>
void ClearPersonal(Message& message) {
  static const PersonalFields fields(*Message::descriptor(), options::v1::PERSONAL_BASIC);
  fields.Clear(message);
}

// Takes out what only VIEW_FULL shows.
template <typename Message>
void ClearFullOnly(Message& message) {
  static const PersonalFields fields(*Message::descriptor(), options::v1::PERSONAL_FULL);
  fields.Clear(message);
}

// A message as text, for a log or a console: without anybody's data, and without fields that the
// contract does not know. The only way to print one.
std::string Redacted(const google::protobuf::Message& message);

}  // namespace kyc

#endif  // SERVER_CALL_PERSONAL_H_
