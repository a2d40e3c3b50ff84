#include "tools/simulator/exchange.h"

#include <boost/json/serialize.hpp>

#include "tools/simulator/wire.h"

namespace kyc::simulator {

std::string_view PeekText(std::string_view body, std::string_view name) {
  const std::string quoted = "\"" + std::string(name) + "\"";
  size_t at = body.find(quoted);
  if (at == std::string_view::npos) return {};
  at = body.find_first_not_of(" \t\r\n:", at + quoted.size());
  if (at == std::string_view::npos || body[at] != '"') return {};
  const size_t end = body.find('"', at + 1);
  return end == std::string_view::npos ? std::string_view() : body.substr(at + 1, end - at - 1);
}

boost::json::object DescribeImage(std::string_view bytes) {
  const std::string_view type = ImageType(bytes);
  return {{"type", boost::json::string_view(type.data(), type.size())},
          {"bytes", bytes.size()},
          {"sha256", Sha256(bytes)}};
}

std::string EchoOf(const boost::json::object& fields) {
  std::string echo;
  for (const auto& [name, value] : fields) {
    if (!value.is_string()) continue;
    const std::string quoted = boost::json::serialize(value);
    echo += (echo.empty() ? "" : " ") + quoted.substr(1, quoted.size() - 2);
  }
  return echo;
}

}  // namespace kyc::simulator
