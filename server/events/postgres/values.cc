#include "server/events/postgres/values.h"

namespace kyc::events::postgres {
namespace {

// Types' numbers, the same in every server.
constexpr int32_t kBytea = 17;
constexpr int32_t kBigint = 20;
constexpr int32_t kText = 25;

template <typename Number>
void AppendBigEndian(Number number, std::string& bytes) {
  for (size_t shift = sizeof(Number) * 8; shift > 0; shift -= 8) {
    bytes += static_cast<char>(static_cast<uint64_t>(number) >> (shift - 8) & 0xff);
  }
}

// Dimensions, whether there are nulls, the elements' type; then the only dimension.
std::string ArrayHeader(size_t elements, bool nulls, int32_t type) {
  std::string bytes;
  AppendBigEndian(int32_t{1}, bytes);
  AppendBigEndian(int32_t{nulls}, bytes);
  AppendBigEndian(type, bytes);
  AppendBigEndian(static_cast<int32_t>(elements), bytes);
  AppendBigEndian(int32_t{1}, bytes);
  return bytes;
}

void AppendElement(absl::string_view element, std::string& bytes) {
  AppendBigEndian(static_cast<int32_t>(element.size()), bytes);
  bytes.append(element.data(), element.size());
}

}  // namespace

Value Value::Integer(int64_t number) {
  std::string bytes;
  AppendBigEndian(number, bytes);
  return Value(std::move(bytes));
}

Value Value::Integers(const std::vector<int64_t>& numbers) {
  std::string bytes = ArrayHeader(numbers.size(), false, kBigint);
  for (const int64_t number : numbers) {
    AppendBigEndian(static_cast<int32_t>(sizeof(number)), bytes);
    AppendBigEndian(number, bytes);
  }
  return Value(std::move(bytes));
}

Value Value::ByteArrays(const std::vector<absl::optional<absl::string_view>>& elements) {
  std::string bytes = ArrayHeader(elements.size(), true, kBytea);
  for (const absl::optional<absl::string_view>& element : elements) {
    if (element.has_value()) {
      AppendElement(*element, bytes);
    } else {
      AppendBigEndian(int32_t{-1}, bytes);
    }
  }
  return Value(std::move(bytes));
}

Value Value::Texts(const std::vector<std::string>& elements) {
  std::string bytes = ArrayHeader(elements.size(), false, kText);
  for (const std::string& element : elements) AppendElement(element, bytes);
  return Value(std::move(bytes));
}

int64_t IntegerFromBinary(absl::string_view bytes) {
  if (bytes.empty() || bytes.size() > sizeof(uint64_t)) return 0;
  // The sign is that of the first byte.
  uint64_t number = (bytes[0] & 0x80) != 0 && bytes.size() > 1 ? ~uint64_t{0} : 0;
  for (const char byte : bytes) number = number << 8 | static_cast<uint8_t>(byte);
  return static_cast<int64_t>(number);
}

}  // namespace kyc::events::postgres
