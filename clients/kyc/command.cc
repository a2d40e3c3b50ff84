#include "clients/kyc/command.h"

#include <algorithm>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "clients/kyc/cli/nearest.h"

namespace kyc::client {
namespace {

constexpr const char* kFlags[] = {"plaintext",  "cacert",        "cert", "key",
                                  "format",     "max-time",      "help", "version",
                                  "token-file", "emit-defaults", "tls"};

absl::Status Wrong(absl::string_view what) { return absl::InvalidArgumentError(what); }

absl::Status AddHeader(absl::string_view text, Command& command) {
  const size_t colon = text.find(':');
  if (colon == absl::string_view::npos || colon == 0) {
    return Wrong("-H wants 'name: value'");  // What it got may be a token: it is not repeated.
  }
  command.headers.emplace_back(
      absl::AsciiStrToLower(absl::StripAsciiWhitespace(text.substr(0, colon))),
      std::string(absl::StripAsciiWhitespace(text.substr(colon + 1))));
  return absl::OkStatus();
}

absl::Status SetMaxTime(absl::string_view text, Command& command) {
  double seconds = 0;
  if (!absl::SimpleAtod(text, &seconds) || !(seconds > 0)) {
    return Wrong(absl::StrCat("-max-time wants seconds, not '", text, "'"));
  }
  command.max_time = absl::Seconds(seconds);
  return absl::OkStatus();
}

absl::Status SetFormat(absl::string_view name, Command& command) {
  if (name != "json" && name != "text") {
    return Wrong("The -format option must be 'json' or 'text'.");
  }
  command.format = name == "text" ? Format::kText : Format::kJson;
  return absl::OkStatus();
}

void SayMore(Verbosity verbosity, Command& command) {
  command.verbosity = std::max(command.verbosity, verbosity);
}

bool SetSwitch(absl::string_view name, Command& command) {
  if (name == "tls") return command.tls = true;
  if (name == "v") return SayMore(Verbosity::kVerbose, command), true;
  if (name == "vv") return SayMore(Verbosity::kVeryVerbose, command), true;
  if (name == "emit-defaults") return command.emit_defaults = true;
  return name == "plaintext";
}

// The flags of which the value is taken as it is, grpcurl's and kyc's.
std::string* TextOf(absl::string_view name, Command& command) {
  if (name == "ca" || name == "cacert") return &command.ca_file;
  if (name == "cert") return &command.certificate_file;
  if (name == "key") return &command.key_file;
  if (name == "token-file") return &command.token_file;
  return nullptr;
}

absl::Status SetValue(absl::string_view name, absl::string_view value, Command& command) {
  if (name == "H") return AddHeader(value, command);
  if (name == "max-time") return SetMaxTime(value, command);
  if (name == "format") return SetFormat(value, command);
  if (std::string* const text = TextOf(name, command)) {
    *text = std::string(value);
  } else if (name == "d") {
    command.data_from_stdin = value == "@";
    command.data = command.data_from_stdin ? "" : std::string(value);
  } else {
    const std::string meant = cli::Nearest(name, {std::begin(kFlags), std::end(kFlags)});
    return Wrong(absl::StrCat("unknown flag -", name,
                              meant.empty() ? "" : absl::StrCat("; did you mean -", meant, "?")));
  }
  return absl::OkStatus();
}

bool TakesValue(absl::string_view name) {
  Command any;
  return name == "H" || name == "max-time" || name == "d" || name == "format" ||
         TextOf(name, any) != nullptr;
}

bool IsPlaintextFlag(absl::string_view argument) {
  return argument == "-plaintext" || argument == "--plaintext";
}

// grpcurl speaks TLS where it is not told otherwise.
absl::Status SettleTls(absl::Span<const std::string> arguments, Command& command) {
  const bool files =
      !command.ca_file.empty() || !command.certificate_file.empty() || !command.key_file.empty();
  bool plaintext = false;
  for (const std::string& argument : arguments) plaintext |= IsPlaintextFlag(argument);
  if (plaintext && (command.tls || files)) {
    return Wrong("-plaintext goes neither with -tls nor with files for TLS");
  }
  if (command.certificate_file.empty() != command.key_file.empty()) {
    return Wrong("-cert and -key go together");
  }
  command.tls = !plaintext;
  return absl::OkStatus();
}

// Reads flags in Go's spellings, -name value, -name=value, --name, into `command`, and returns the
// other arguments.
absl::StatusOr<std::vector<std::string>> ReadFlags(absl::Span<const std::string> arguments,
                                                   Command& command) {
  std::vector<std::string> others;
  for (size_t i = 0; i < arguments.size(); ++i) {
    absl::string_view name = arguments[i];
    if (!absl::StartsWith(name, "-") || name == "-") {
      others.emplace_back(name);
      continue;
    }
    if (!others.empty()) {
      return Wrong(absl::StrCat("grpcurl takes flags before the address only: ", name));
    }
    name.remove_prefix(absl::StartsWith(name, "--") ? 2 : 1);
    if (SetSwitch(name, command)) continue;
    const size_t equals = name.find('=');
    const bool joined = equals != absl::string_view::npos;
    absl::string_view value = joined ? name.substr(equals + 1) : "";
    if (joined) name = name.substr(0, equals);
    if (!joined && TakesValue(name)) {
      if (++i == arguments.size()) return Wrong(absl::StrCat("flag -", name, " lacks its value"));
      value = arguments[i];
    }
    if (absl::Status set = SetValue(name, value, command); !set.ok()) return set;
  }
  return others;
}

// Wherever it stands, but as a flag's value attached to it.
bool HasFlag(absl::Span<const std::string> arguments, absl::string_view name) {
  for (absl::string_view argument : arguments) {
    if (absl::ConsumePrefix(&argument, "-") && absl::StripPrefix(argument, "-") == name)
      return true;
  }
  return false;
}

Command VersionCommand() {
  Command command;
  command.verb = Verb::kVersion;
  return command;
}

absl::StatusOr<Command> ParseGrpcurl(absl::Span<const std::string> arguments) {
  Command command;
  auto words = ReadFlags(arguments, command);
  if (!words.ok()) return words.status();
  if (absl::Status settled = SettleTls(arguments, command); !settled.ok()) return settled;
  if (words->size() < 2) return Wrong("wanted: ADDRESS, then list, describe or a method");
  command.address = (*words)[0];
  const std::string& what = (*words)[1];
  const bool call = what != "list" && what != "describe";
  command.verb = call ? Verb::kCall : what == "list" ? Verb::kList : Verb::kDescribe;
  if (words->size() > (call ? 2 : 3)) return Wrong(absl::StrCat("too many words: ", words->back()));
  if (call) command.symbol = what;
  if (words->size() == 3) command.symbol = (*words)[2];
  return command;
}

}  // namespace

const char kUsage[] =
    "usage: kyc grpcurl [FLAGS] ADDRESS list [SERVICE]\n"
    "       kyc grpcurl [FLAGS] ADDRESS describe [SYMBOL]\n"
    "       kyc grpcurl [FLAGS] ADDRESS SERVICE/METHOD\n"
    "What grpcurl does and prints, of its flags these: -plaintext, -cacert FILE, -cert FILE,\n"
    "-key FILE, -H 'name: value', -d DATA|@, -format json|text, -max-time SECONDS, "
    "-emit-defaults,\n"
    "-v, -vv, -help, -version;\n"
    "and -token-file FILE, the caller's bearer token.\n"
    "Exit status: 0, or 2 for a wrong command line, 64 and the gRPC code of a call that was "
    "answered\n"
    "with an error, 1 for whatever else fails.\n";

absl::StatusOr<Command> ParseCommand(absl::Span<const std::string> arguments) {
  if (arguments.empty() || arguments[0] != "grpcurl") return Wrong("wanted: grpcurl");
  if (HasFlag(arguments, "help") || HasFlag(arguments, "h")) return Command();
  if (HasFlag(arguments, "version")) return VersionCommand();
  return ParseGrpcurl(arguments.subspan(1));
}

}  // namespace kyc::client
