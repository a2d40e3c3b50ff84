#include "server/events/postgres/keywords.h"

#include <cstddef>

#include "absl/strings/str_split.h"

namespace kyc::events::postgres {
namespace {

std::string Element(const std::string& list, size_t number, size_t count) {
  const std::vector<std::string> elements = absl::StrSplit(list, ',');
  return elements.size() == count ? elements[number] : elements.front();
}

}  // namespace

std::string ValueOf(const Keywords& keywords, absl::string_view keyword) {
  for (const auto& [name, value] : keywords) {
    if (name == keyword) return value;
  }
  return "";
}

std::vector<Keywords> ByHost(const Keywords& all) {
  const std::vector<std::string> names = absl::StrSplit(ValueOf(all, "host"), ',');
  const size_t count = names.size();
  std::vector<Keywords> hosts(count);
  for (size_t number = 0; number < count; ++number) {
    for (const auto& [keyword, value] : all) {
      const bool per_host = keyword == "host" || keyword == "hostaddr" || keyword == "port";
      hosts[number].emplace_back(keyword, per_host ? Element(value, number, count) : value);
    }
  }
  return hosts;
}

}  // namespace kyc::events::postgres
