#include "server/events/postgres/log_row.h"

namespace kyc::events::postgres {

LogRow LogRowIn(const Rows& rows) {
  return {.log_id = std::string(rows.Bytes(0, 0)),
          .key_check = std::string(rows.Bytes(0, 1)),
          .newest = {rows.Integer(0, 2), std::string(rows.Bytes(0, 3)), rows.Integer(0, 4)},
          .trimmed = {rows.Integer(0, 5), std::string(rows.Bytes(0, 6)), rows.Integer(0, 7)},
          .due_sequence = rows.Integer(0, 8),
          .rewritten = rows.Integer(0, 9),
          .lived = absl::Microseconds(rows.Integer(0, 10)),
          .keys_changed = rows.Integer(0, 11)};
}

}  // namespace kyc::events::postgres
