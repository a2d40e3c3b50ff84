// Writes JSON, where its brackets, commas and lines stand.
#ifndef CLIENTS_KYC_JSON_WRITER_H_
#define CLIENTS_KYC_JSON_WRITER_H_

#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace kyc::client {

// Lives for one text. Not thread-safe.
class JsonWriter {
 public:
  // Else indented by two spaces.
  explicit JsonWriter(bool one_line) : one_line_(one_line) {}

  // '{' or '[', and the one that ends it.
  void Open(char bracket);
  void Close(char bracket);
  // Before each element of an array that is open.
  void Next();
  // Before each value of an object that is open.
  void Name(absl::string_view name);
  // A value that is JSON already.
  void Put(absl::string_view value) { text_.append(value.data(), value.size()); }

  std::string Take() { return std::move(text_); }

 private:
  void NewLine();

  const bool one_line_;
  std::string text_;
  size_t depth_ = 0;
  bool first_ = true;
};

}  // namespace kyc::client

#endif  // CLIENTS_KYC_JSON_WRITER_H_
