#include "server/widekyc/fields.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace kyc::widekyc {

void Fields::NoteUnreadable(absl::string_view key) {
  std::string kind = absl::StrCat("unreadable:", key);
  if (std::find(deviations_.begin(), deviations_.end(), kind) != deviations_.end()) return;
  deviations_.push_back(std::move(kind));
}

template <typename T>
absl::optional<T> Fields::Read(absl::string_view key,
                               absl::optional<T> (*read)(const json::Value&, json::Deviations&)) {
  const json::Value* value = object_.Find(key);
  if (value == nullptr || value->kind == json::Value::Kind::kNull) return absl::nullopt;
  absl::optional<T> member = read(*value, deviations_);
  if (!member) NoteUnreadable(key);
  return member;
}

absl::optional<std::string> Fields::String(absl::string_view key) {
  return Read(key, json::ReadString);
}

absl::optional<std::string> Fields::Identifier(absl::string_view key) {
  return Read(key, json::ReadIdentifier);
}

absl::optional<std::string> Fields::Digits(absl::string_view key) {
  return Read(key, json::ReadDigits);
}

absl::optional<bool> Fields::Bool(absl::string_view key) { return Read(key, json::ReadBool); }

absl::optional<double> Fields::Double(absl::string_view key) { return Read(key, json::ReadDouble); }

absl::optional<int64_t> Fields::Int64(absl::string_view key) { return Read(key, json::ReadInt64); }

absl::optional<std::string> Fields::Verdict(absl::string_view key) {
  const json::Value* value = object_.Find(key);
  if (value == nullptr || value->kind != json::Value::Kind::kBool) return String(key);
  return value->boolean ? "True" : "False";
}

}  // namespace kyc::widekyc
