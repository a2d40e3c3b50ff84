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
// nullopt too, and makes the whole reply unreadable: a part of a verdict is none. Keeps references
// to both arguments.
class Fields {
 public:
  Fields(const json::Value& object, json::Deviations& deviations)
      : object_(object), deviations_(deviations) {}

  absl::optional<std::string> String(absl::string_view key);
  absl::optional<bool> Bool(absl::string_view key);
  absl::optional<double> Double(absl::string_view key);
  absl::optional<int64_t> Int64(absl::string_view key);
  // A bool or a string, as text: "True" or "False" for a bool.
  absl::optional<std::string> Verdict(absl::string_view key);

  bool unreadable() const { return unreadable_; }

 private:
  // The member, or null where it is missing or null.
  const json::Value* Find(absl::string_view key) const;
  template <typename T>
  absl::optional<T> Noted(absl::optional<T> read);

  const json::Value& object_;
  json::Deviations& deviations_;
  bool unreadable_ = false;
};

}  // namespace kyc::widekyc

#endif  // SERVER_WIDEKYC_FIELDS_H_
