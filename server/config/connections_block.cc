#include "server/config/connections_block.h"

#include "absl/strings/str_cat.h"

namespace kyc::config {

Connections CheckConnections(const std::string& at, const v1::Connections& block,
                             FieldChecks& checks) {
  const Connections usual;
  const auto number = [&](const char* field, int64_t value, const NumberRule& rule) {
    return static_cast<int>(checks.Number(absl::StrCat(at, ".", field), value, rule));
  };
  Connections limits;
  limits.max = number("max_connections", block.max_connections(), {usual.max, 1, 100'000});
  limits.max_of_a_source =
      number("max_connections_of_a_source", block.max_connections_of_a_source(), {0, 1, 100'000});
  limits.a_second =
      number("connections_a_second", block.connections_a_second(), {usual.a_second, 10, 100'000});
  return limits;
}

}  // namespace kyc::config
