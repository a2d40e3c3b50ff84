#include "clients/kyc/command.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace kyc::client {
namespace {

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

absl::Status SetFrom(absl::string_view text, Command& command) {
  if (text != "earliest" && text != "latest") return Wrong("--from wants earliest or latest");
  command.from_earliest = text == "earliest";
  return absl::OkStatus();
}

bool SetSwitch(absl::string_view name, Command& command) {
  if (name == "tls") return command.tls = true;
  if (name == "emit-defaults") return command.emit_defaults = true;
  if (name == "full") return command.full_view = true;
  return name == "plaintext";
}

// The flags of which the value is taken as it is, by their names in kyc and in grpcurl.
std::string* TextOf(absl::string_view name, Command& command) {
  if (name == "cursor-file") return &command.cursor_file;
  if (name == "ca" || name == "cacert") return &command.ca_file;
  if (name == "cert") return &command.certificate_file;
  if (name == "key") return &command.key_file;
  if (name == "token-file") return &command.token_file;
  return nullptr;
}

absl::Status SetValue(absl::string_view name, absl::string_view value, Command& command) {
  if (name == "H") return AddHeader(value, command);
  if (name == "max-time") return SetMaxTime(value, command);
  if (name == "from") return SetFrom(value, command);
  if (std::string* const text = TextOf(name, command)) {
    *text = std::string(value);
  } else if (name == "d") {
    command.data_from_stdin = value == "@";
    command.data = command.data_from_stdin ? "" : std::string(value);
  } else if (name == "reference") {
    command.references.emplace_back(value);
  } else {
    return Wrong(absl::StrCat("unknown flag -", name));
  }
  return absl::OkStatus();
}

bool TakesValue(absl::string_view name) {
  Command any;
  return name == "H" || name == "max-time" || name == "from" || name == "d" ||
         name == "reference" || TextOf(name, any) != nullptr;
}

bool IsPlaintextFlag(absl::string_view argument) {
  return argument == "-plaintext" || argument == "--plaintext";
}

// Whoever names certificates means TLS, and grpcurl always does but where it is told otherwise.
absl::Status SettleTls(absl::Span<const std::string> arguments, bool grpcurl, Command& command) {
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
  command.tls = command.tls || files || (grpcurl && !plaintext);
  return absl::OkStatus();
}

// Reads flags in Go's spellings, -name value, -name=value, --name, into `command`, and returns the
// other arguments.
absl::StatusOr<std::vector<std::string>> ReadFlags(absl::Span<const std::string> arguments,
                                                   bool flags_first, Command& command) {
  std::vector<std::string> others;
  for (size_t i = 0; i < arguments.size(); ++i) {
    absl::string_view name = arguments[i];
    if (!absl::StartsWith(name, "-") || name == "-") {
      others.emplace_back(name);
      continue;
    }
    if (flags_first && !others.empty()) {
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
  auto words = ReadFlags(arguments, /*flags_first=*/true, command);
  if (!words.ok()) return words.status();
  if (absl::Status settled = SettleTls(arguments, true, command); !settled.ok()) return settled;
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
    "usage: kyc list ADDRESS [SERVICE]\n"
    "       kyc describe ADDRESS [SYMBOL]\n"
    "       kyc call ADDRESS SERVICE/METHOD [-d JSON|@] [-H 'name: value']... [-max-time SECONDS]\n"
    "                [-emit-defaults]\n"
    "       kyc watch ADDRESS [--cursor-file FILE] [--from earliest|latest] [--reference R]...\n"
    "                 [--full] [-H 'name: value']...\n"
    "       kyc grpcurl ...    as grpcurl itself would be called\n"
    "       kyc --help, kyc --version\n"
    "To reach the gateway, with each of them:\n"
    "       --token-file FILE    the caller's bearer token, read for each call\n"
    "       --tls    TLS; --ca FILE (PEM) instead of the system's authorities (grpcurl: -cacert)\n"
    "       --cert FILE --key FILE    the caller's certificate and key (PEM)\n"
    "Exit status: 0, or 2 for a wrong command line, 64 and the gRPC code of a call that was "
    "answered\n"
    "with an error, 1 for whatever else fails.\n";

absl::StatusOr<Command> ParseCommand(absl::Span<const std::string> arguments) {
  if (arguments.empty()) return Wrong("nothing was asked for");
  if (HasFlag(arguments, "help") || HasFlag(arguments, "h")) return Command();
  if (HasFlag(arguments, "version")) return VersionCommand();
  const std::string& first = arguments[0];
  if (first == "grpcurl") return ParseGrpcurl(arguments.subspan(1));

  Command command;
  if (first == "help") return command;
  if (first == "list") {
    command.verb = Verb::kList;
  } else if (first == "describe") {
    command.verb = Verb::kDescribe;
  } else if (first == "call") {
    command.verb = Verb::kCall;
  } else if (first == "watch") {
    command.verb = Verb::kWatch;
  } else {
    return Wrong(absl::StrCat("unknown command ", first));
  }
  auto words = ReadFlags(arguments.subspan(1), /*flags_first=*/false, command);
  if (!words.ok()) return words.status();
  if (absl::Status settled = SettleTls(arguments, false, command); !settled.ok()) return settled;
  const size_t most = command.verb == Verb::kWatch ? 1 : 2;
  const size_t least = command.verb == Verb::kCall ? 2 : 1;
  if (words->size() < least) return Wrong(absl::StrCat(first, " wants more words"));
  if (words->size() > most) return Wrong(absl::StrCat("too many words: ", words->back()));
  command.address = (*words)[0];
  if (words->size() == 2) command.symbol = (*words)[1];
  return command;
}

}  // namespace kyc::client
