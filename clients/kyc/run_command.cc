#include "clients/kyc/run_command.h"

#include <algorithm>
#include <istream>
#include <iterator>
#include <ostream>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "clients/kyc/access.h"
#include "clients/kyc/brief_text.h"
#include "clients/kyc/call_print.h"
#include "clients/kyc/describe.h"
#include "clients/kyc/dynamic_client.h"
#include "clients/kyc/json_print.h"
#include "clients/kyc/json_text.h"
#include "clients/kyc/status_text.h"

namespace kyc::client {
namespace {

constexpr int kFailed = 1;
constexpr int kCodeOffset = 64;

int Fail(std::ostream& err, const std::string& what, const absl::Status& why) {
  err << BriefText(what) << ": " << BriefText(why.message()) << "\n";
  return kFailed;
}

int List(DynamicClient& client, const std::string& symbol, bool json, std::ostream& out,
         std::ostream& err) {
  std::vector<std::string> names;
  if (symbol.empty()) {
    auto services = client.ListServices();
    if (!services.ok()) return Fail(err, "Failed to list services", services.status());
    names = *std::move(services);
    std::sort(names.begin(), names.end());
  } else {
    const auto service = client.FindService(symbol);
    if (!service.ok()) {
      return Fail(err, "Failed to list methods for service \"" + symbol + "\"", service.status());
    }
    names = MethodNames(**service);
  }
  for (const std::string& name : names) out << (json ? QuoteJson(name) : name) << "\n";
  return 0;
}

int DescribeAll(DynamicClient& client, const std::string& symbol, bool json, std::ostream& out,
                std::ostream& err) {
  std::vector<std::string> symbols = {symbol};
  if (symbol.empty()) {
    auto services = client.ListServices();
    if (!services.ok()) return Fail(err, "Failed to list services", services.status());
    symbols = *std::move(services);
  }
  for (std::string& name : symbols) {
    if (name[0] == '.') name.erase(0, 1);
    const auto text = Describe(client.types(), name);
    if (!text.ok()) return Fail(err, "Failed to resolve symbol \"" + name + "\"", text.status());
    if (json) {
      out << "{\"symbol\":" << QuoteJson(name) << ",\"text\":" << QuoteJson(*text) << "}\n";
    } else {
      out << *text;
    }
  }
  return 0;
}

int Call(DynamicClient& client, const Command& command, const Headers& headers, std::istream& in,
         std::ostream& out, std::ostream& err) {
  const absl::Time begin = absl::Now();
  const std::string failed = "Error invoking method \"" + command.symbol + "\"";
  const auto method = client.FindMethod(command.symbol);
  if (!method.ok()) return Fail(err, failed, method.status());
  const std::string data = command.data_from_stdin ? std::string(std::istreambuf_iterator<char>(in),
                                                                 std::istreambuf_iterator<char>())
                                                   : command.data;
  CallPrint print(command, client.types(), out);
  print.Begin(**method, headers);
  const absl::Time called = absl::Now();
  const auto end = client.Call(**method, data, command.format, print);
  if (!end.ok()) return Fail(err, failed, end.status());
  if (end->ok()) {
    print.Times(absl::Now() - begin, absl::Now() - called);
    return 0;
  }
  const JsonStyle style{.one_line = command.one_line, .emit_defaults = command.emit_defaults};
  err << StatusText(*end, client.types(), style, command.format);
  return kCodeOffset + end->error_code();
}

}  // namespace

int RunCommand(const Command& command, std::istream& in, std::ostream& out, std::ostream& err) {
  const auto credentials = CredentialsOf(command);
  if (!credentials.ok()) return Fail(err, "kyc", credentials.status());
  auto headers = HeadersOf(command);
  if (!headers.ok()) return Fail(err, "kyc", headers.status());
  DynamicClient client(command.address, {*headers, command.max_time}, *credentials);
  switch (command.verb) {
    case Verb::kList:
      return List(client, command.symbol, command.one_line, out, err);
    case Verb::kDescribe:
      return DescribeAll(client, command.symbol, command.one_line, out, err);
    case Verb::kCall:
      return Call(client, command, *headers, in, out, err);
    case Verb::kHelp:
    case Verb::kVersion:
      break;
  }
  err << kUsage;
  return 2;
}

}  // namespace kyc::client
