#include "clients/kyc/cli/common.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"

namespace kyc::cli {
namespace {

absl::Status AddHeader(absl::string_view text, Asked& asked) {
  const size_t colon = text.find(':');
  if (colon == absl::string_view::npos || colon == 0) {
    // What it got may be a token: it is not repeated.
    return absl::InvalidArgumentError("-H wants 'name: value'");
  }
  asked.headers.emplace_back(
      absl::AsciiStrToLower(absl::StripAsciiWhitespace(text.substr(0, colon))),
      std::string(absl::StripAsciiWhitespace(text.substr(colon + 1))));
  return absl::OkStatus();
}

}  // namespace

void DeclareCommon(Options& options, Common& common) {
  options.Text("--address", "HOST:PORT", common.access.address,
               "the gateway; else $KYC_ADDRESS, the settings file's, or 127.0.0.1:50051");
  options.Text("--token-file", "FILE", common.access.token_file,
               "holds the caller's bearer token, read for each call ($KYC_TOKEN_FILE, $KYC_TOKEN)");
  options.Switch("--tls", common.tls, "TLS; said by --ca and --cert, too ($KYC_TLS=true)");
  options.Switch("--plaintext", common.plaintext, "no TLS, whatever the settings say");
  options.Text("--ca,--cacert", "FILE", common.access.ca_file,
               "PEM of the authorities to believe, not the system's ($KYC_CA)");
  options.Text("--cert", "FILE", common.access.certificate_file,
               "PEM of the caller's certificate ($KYC_CERT)");
  options.Text("--key", "FILE", common.access.key_file, "PEM of its key ($KYC_KEY)");
  options.Texts("-H,--header", "'NAME: VALUE'", common.headers, "a header of every call; repeats");
  options.Text("--timeout,--max-time", "SECONDS", common.timeout,
               "how long a call may take; 30 where nothing is said, a stream's without end");
  options.Switch("--json", common.json, "a line of JSON for each answer; of an error, on stderr");
  options.Choice("--color", common.colour, {"auto", "always", "never"},
                 "auto: on a terminal, unless $NO_COLOR is set");
  options.Text("--settings", "FILE", common.settings,
               "TOML with address, token_file, token, tls, ca, cert, key, each `key = \"value\"`; "
               "else $KYC_SETTINGS, or ~/.config/kyc/settings.toml where that is there");
}

absl::StatusOr<Asked> AskedOf(const Common& common) {
  Asked asked;
  asked.access = common.access;
  if (common.tls && common.plaintext) {
    return absl::InvalidArgumentError("--plaintext and --tls do not go together");
  }
  if (common.tls || common.plaintext) asked.access.tls = common.tls;
  for (const std::string& header : common.headers) {
    if (absl::Status added = AddHeader(header, asked); !added.ok()) return added;
  }
  if (double seconds = 0; !common.timeout.empty()) {
    if (!absl::SimpleAtod(common.timeout, &seconds) || !(seconds > 0)) {
      return absl::InvalidArgumentError("--timeout wants seconds");
    }
    asked.timeout = absl::Seconds(seconds);
  }
  asked.settings = common.settings;
  asked.json = common.json;
  asked.colour = common.colour == "always"  ? Colour::kAlways
                 : common.colour == "never" ? Colour::kNever
                                            : Colour::kAuto;
  return asked;
}

}  // namespace kyc::cli
