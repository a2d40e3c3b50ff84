#include "server/widekyc/fields.h"

namespace kyc::widekyc {

const json::Value* Fields::Find(absl::string_view key) const {
  const json::Value* value = object_.Find(key);
  return value == nullptr || value->kind == json::Value::Kind::kNull ? nullptr : value;
}

template <typename T>
absl::optional<T> Fields::Noted(absl::optional<T> read) {
  if (!read) unreadable_ = true;
  return read;
}

absl::optional<std::string> Fields::String(absl::string_view key) {
  const json::Value* value = Find(key);
  if (value == nullptr) return absl::nullopt;
  return Noted(json::ReadString(*value, deviations_));
}

absl::optional<bool> Fields::Bool(absl::string_view key) {
  const json::Value* value = Find(key);
  if (value == nullptr) return absl::nullopt;
  return Noted(json::ReadBool(*value, deviations_));
}

absl::optional<double> Fields::Double(absl::string_view key) {
  const json::Value* value = Find(key);
  if (value == nullptr) return absl::nullopt;
  return Noted(json::ReadDouble(*value, deviations_));
}

absl::optional<int64_t> Fields::Int64(absl::string_view key) {
  const json::Value* value = Find(key);
  if (value == nullptr) return absl::nullopt;
  return Noted(json::ReadInt64(*value, deviations_));
}

absl::optional<std::string> Fields::Verdict(absl::string_view key) {
  const json::Value* value = Find(key);
  if (value == nullptr || value->kind != json::Value::Kind::kBool) return String(key);
  return value->boolean ? "True" : "False";
}

}  // namespace kyc::widekyc
