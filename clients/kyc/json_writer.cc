#include "clients/kyc/json_writer.h"

#include "absl/strings/str_cat.h"
#include "clients/kyc/json_text.h"

namespace kyc::client {

void JsonWriter::Open(char bracket) {
  text_ += bracket;
  ++depth_;
  first_ = true;
}

void JsonWriter::Close(char bracket) {
  --depth_;
  if (!first_) NewLine();
  text_ += bracket;
  first_ = false;
}

void JsonWriter::Next() {
  if (!first_) text_ += ',';
  first_ = false;
  NewLine();
}

void JsonWriter::Name(absl::string_view name) {
  Next();
  absl::StrAppend(&text_, QuoteJson(name), one_line_ ? ":" : ": ");
}

void JsonWriter::NewLine() {
  if (!one_line_) absl::StrAppend(&text_, "\n", std::string(2 * depth_, ' '));
}

}  // namespace kyc::client
