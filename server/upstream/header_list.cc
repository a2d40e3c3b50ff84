#include "server/upstream/header_list.h"

#include <cstddef>

namespace kyc::upstream {

curl_slist* HeaderList::Of(const Headers& headers) {
  text_.clear();
  nodes_.clear();
  std::vector<size_t> starts;
  starts.reserve(headers.size());
  for (const auto& [name, value] : headers) {
    starts.push_back(text_.size());
    text_.append(name);
    if (value.empty()) {
      text_.append(";");  // How libcurl is told to send an empty one.
    } else {
      text_.append(": ").append(value);
    }
    text_.push_back('\0');
  }
  // No "Expect: 100-continue", which would cost a round trip or a second.
  static char expect[] = "Expect:";
  nodes_.reserve(starts.size() + 1);
  nodes_.push_back({.data = expect, .next = nullptr});
  for (const size_t start : starts) {
    nodes_.push_back({.data = &text_[start], .next = nullptr});
    nodes_[nodes_.size() - 2].next = &nodes_.back();
  }
  return nodes_.data();
}

}  // namespace kyc::upstream
