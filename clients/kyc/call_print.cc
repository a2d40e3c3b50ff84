#include "clients/kyc/call_print.h"

#include <algorithm>
#include <ostream>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "clients/kyc/describe.h"
#include "clients/kyc/json_print.h"
#include "clients/kyc/message_text.h"

namespace kyc::client {
namespace {

// Bytes are shown in base64, what tells who calls not at all.
std::string ValueOf(const std::string& name, const std::string& value) {
  if (name == "authorization") return "(not shown)";
  return absl::EndsWith(name, "-bin") ? absl::Base64Escape(value) : value;
}

std::string HeadersText(Headers headers) {
  if (headers.empty()) return "(empty)\n";
  std::sort(headers.begin(), headers.end());
  std::string text;
  for (const auto& [name, value] : headers) {
    absl::StrAppend(&text, name, ": ", ValueOf(name, value), "\n");
  }
  return text;
}

std::string Counted(int count, const char* what) {
  return absl::StrCat(count, " ", what, count == 1 ? "" : "s");
}

}  // namespace

CallPrint::CallPrint(const Command& command, const google::protobuf::DescriptorPool& types,
                     std::ostream& out)
    : command_(command), types_(types), out_(out) {}

void CallPrint::Begin(const google::protobuf::MethodDescriptor& method, const Headers& headers) {
  if (!Says(Verbosity::kVerbose)) return;
  const std::string described = Describe(types_, method.full_name()).value_or("");
  out_ << "\nResolved method descriptor:\n"
       << described.substr(described.find('\n') + 1) << "\nRequest metadata to send:\n"
       << HeadersText(headers);
}

void CallPrint::OnHeaders(const Headers& headers) {
  if (!Says(Verbosity::kVerbose)) return;
  out_ << "\nResponse headers received:\n" << HeadersText(headers);
}

void CallPrint::OnReply(const google::protobuf::Message& reply) {
  ++replies_;
  if (Says(Verbosity::kVeryVerbose)) {
    out_ << "\nEstimated response size: " << reply.ByteSizeLong() << " bytes\n";
  }
  if (Says(Verbosity::kVerbose)) out_ << "\nResponse contents:\n";
  if (command_.format == Format::kText) {
    if (replies_ > 1 && !Says(Verbosity::kVerbose)) out_ << kBetweenTexts;
    out_ << PrintText(reply) << std::endl;
    return;
  }
  const JsonStyle style{.one_line = command_.one_line, .emit_defaults = command_.emit_defaults};
  out_ << PrintJson(reply, types_, style) << std::endl;
}

void CallPrint::OnTrailers(const Headers& trailers) {
  if (!Says(Verbosity::kVerbose)) return;
  out_ << "\nResponse trailers received:\n"
       << HeadersText(trailers) << "Sent " << Counted(requests_, "request") << " and received "
       << Counted(replies_, "response") << "\n";
}

void CallPrint::Times(absl::Duration all, absl::Duration call) {
  if (!Says(Verbosity::kVeryVerbose)) return;
  out_ << "Timing Data: " << absl::FormatDuration(all)
       << "\n  InvokeRPC: " << absl::FormatDuration(call) << "\n";
}

}  // namespace kyc::client
