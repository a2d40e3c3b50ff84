// Reads the members of one JSON object of a reply.
#ifndef SERVER_WIDEKYC_FIELDS_H_
#define SERVER_WIDEKYC_FIELDS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "server/json/value.h"

namespace kyc::widekyc {

// Every member may be missing or null: nullopt then. One that is there and cannot be read is
// nullopt too, and the deviation "unreadable:KEY", once. Whether the reply is of use without it,
// the endpoint decides. Keeps references to both arguments.
class Fields {
 public:
  Fields(const json::Value& object, json::Deviations& deviations)
      : object_(object), deviations_(deviations) {}

  absl::optional<std::string> String(absl::string_view key);
  absl::optional<std::string> Identifier(absl::string_view key);
  absl::optional<std::string> Digits(absl::string_view key);
  absl::optional<bool> Bool(absl::string_view key);
  absl::optional<double> Double(absl::string_view key);
  absl::optional<int64_t> Int64(absl::string_view key);
  // A bool or a string, as text: "True" or "False" for a bool.
  absl::optional<std::string> Verdict(absl::string_view key);

  // Of a member that was read, but makes no sense.
  void NoteUnreadable(absl::string_view key);

 private:
  // The member by one of json's reads.
  template <typename T>
  absl::optional<T> Read(absl::string_view key,
                         absl::optional<T> (*read)(const json::Value&, json::Deviations&));

  const json::Value& object_;
  json::Deviations& deviations_;
};

}  // namespace kyc::widekyc

#endif  // SERVER_WIDEKYC_FIELDS_H_
