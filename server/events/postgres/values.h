// Values as PostgreSQL's binary form has them. Pure.
#ifndef SERVER_EVENTS_POSTGRES_VALUES_H_
#define SERVER_EVENTS_POSTGRES_VALUES_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace kyc::events::postgres {

// What stands for a statement's $n. The statement casts it: `$1::bigint`, `$2::bytea[]`.
class Value {
 public:
  // bigint.
  static Value Integer(int64_t number);
  // bytea or text.
  static Value Bytes(absl::string_view bytes) { return Value(std::string(bytes)); }
  static Value Null() { return Value(absl::nullopt); }
  // bigint[].
  static Value Integers(const std::vector<int64_t>& numbers);
  // bytea[]. Elements may be null.
  static Value ByteArrays(const std::vector<absl::optional<absl::string_view>>& elements);
  // text[].
  static Value Texts(const std::vector<std::string>& elements);

  // None: null.
  const absl::optional<std::string>& bytes() const { return bytes_; }

 private:
  explicit Value(absl::optional<std::string> bytes) : bytes_(std::move(bytes)) {}

  absl::optional<std::string> bytes_;
};

// A number of 1, 2, 4 or 8 bytes: boolean, smallint, integer, bigint, pg_lsn.
int64_t IntegerFromBinary(absl::string_view bytes);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_VALUES_H_
