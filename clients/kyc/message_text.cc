#include "clients/kyc/message_text.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "clients/kyc/json_text.h"

namespace kyc::client {
namespace {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using google::protobuf::TextFormat;

absl::Status Unreadable(absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("error getting request data: ", why));
}

// Keeps the first one.
class FirstError final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    if (text_.empty()) text_ = absl::StrCat("line ", line + 1, ", col ", column + 1, ": ", message);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::vector<std::string> SplitTexts(const std::string& text) {
  std::vector<std::string> texts = absl::StrSplit(text, kBetweenTexts);
  if (absl::StripAsciiWhitespace(texts.back()).empty()) texts.pop_back();
  return texts;
}

absl::Status ReadText(const std::string& text, Message& message) {
  FirstError error;
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  return parser.ParseFromString(text, &message) ? absl::OkStatus() : Unreadable(error.text());
}

absl::Status ReadJson(const std::string& text, Message& message) {
  const auto read = google::protobuf::util::JsonStringToMessage(text, &message);
  return read.ok() ? absl::OkStatus() : Unreadable(std::string(read.message()));
}

absl::Status FitToMethod(const MethodDescriptor& method, std::vector<std::string>& texts) {
  if (method.client_streaming()) return absl::OkStatus();
  if (texts.empty()) texts.emplace_back("");
  if (texts.size() == 1) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("method \"", method.full_name(), "\" is a ",
                   method.server_streaming() ? "server-streaming" : "unary",
                   " RPC, but request data contained more than 1 message"));
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ReadRequests(const MethodDescriptor& method,
                                                      const std::string& text, Format format,
                                                      const Message& prototype) {
  auto texts = format == Format::kText ? SplitTexts(text) : SplitJson(text);
  if (!texts.ok()) return Unreadable(texts.status().message());
  if (absl::Status fits = FitToMethod(method, *texts); !fits.ok()) return fits;
  std::vector<std::string> requests;
  for (const std::string& one : *texts) {
    const std::unique_ptr<Message> message(prototype.New());
    const absl::Status read = format == Format::kText ? ReadText(one, *message)
                              : one.empty()           ? absl::OkStatus()
                                                      : ReadJson(one, *message);
    if (!read.ok()) return read;
    requests.push_back(message->SerializeAsString());
  }
  return requests;
}

std::string PrintText(const Message& message) {
  TextFormat::Printer printer;
  printer.SetExpandAny(true);
  std::string text;
  printer.PrintToString(message, &text);
  return std::string(absl::StripSuffix(text, "\n"));
}

}  // namespace kyc::client
