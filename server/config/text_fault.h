// What is wrong with the text of a configuration, in our own words.
#ifndef SERVER_CONFIG_TEXT_FAULT_H_
#define SERVER_CONFIG_TEXT_FAULT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace kyc::config {

// The parser's words quote what stands in the text, which may be a secret in the wrong place. This
// keeps of them only what kind of fault it is, and of the text only names of `schema`'s fields:
// "field: what is wrong". `line` and `column` are the parser's, from 0. Pure.
std::string TextFault(absl::string_view text, int line, int column, absl::string_view words,
                      const google::protobuf::FileDescriptor& schema);

}  // namespace kyc::config

#endif  // SERVER_CONFIG_TEXT_FAULT_H_
