#include "server/config/field_lines.h"

#include <algorithm>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace kyc::config {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::TextFormat;

// The number in "accounts[1]", else the first.
int IndexIn(absl::string_view step) {
  int index = 0;
  const size_t bracket = step.find('[');
  if (bracket == step.npos) return 0;
  step.remove_prefix(bracket + 1);
  return absl::SimpleAtoi(step.substr(0, step.find(']')), &index) ? index : 0;
}

}  // namespace

int LineOf(absl::string_view field, const Descriptor& message,
           const TextFormat::ParseInfoTree& tree) {
  int line = 0;
  const Descriptor* in = &message;
  const TextFormat::ParseInfoTree* at = &tree;
  for (const absl::string_view step : absl::StrSplit(field, '.')) {
    if (in == nullptr || at == nullptr) break;
    const FieldDescriptor* next = in->FindFieldByName(std::string(step.substr(0, step.find('['))));
    if (next == nullptr) break;
    const int index = next->is_repeated() ? IndexIn(step) : -1;
    int found = at->GetLocation(next, index).line;
    // The parser records a list in brackets once.
    if (found < 0 && index > 0 && next->message_type() == nullptr) {
      found = at->GetLocation(next, 0).line;
    }
    if (found < 0) break;
    line = found + 1;
    in = next->message_type();
    at = in == nullptr ? nullptr : at->GetTreeForNested(next, index);
  }
  return line;
}

}  // namespace kyc::config
