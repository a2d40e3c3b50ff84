// Where the fields of a configuration stand in its text.
#ifndef SERVER_CONFIG_FIELD_LINES_H_
#define SERVER_CONFIG_FIELD_LINES_H_

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"

namespace kyc::config {

// The line, from 1, of `field`, like "webhook.accounts[1].name", in the text that `tree` was
// recorded from; where it is not there, of the innermost block around it that is; 0 where none is.
int LineOf(absl::string_view field, const google::protobuf::Descriptor& message,
           const google::protobuf::TextFormat::ParseInfoTree& tree);

}  // namespace kyc::config

#endif  // SERVER_CONFIG_FIELD_LINES_H_
