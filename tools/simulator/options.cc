#include "tools/simulator/options.h"

#include <charconv>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>

namespace kyc::simulator {
namespace {

// What is wrong with the value, or empty.
using Setter = std::function<std::string(CommandLine&, const std::string&)>;

struct Flag {
  std::string name;
  std::string what;
  Setter set;
  bool has_value = true;
};

template <typename Number>
std::string SetNumber(const std::string& text, Number largest, Number& to) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || number < 0 || number > largest) return "is no number in range";
  to = number;
  return "";
}

std::string SetMs(const std::string& text, std::chrono::milliseconds& to) {
  int ms = 0;
  const std::string fault = SetNumber(text, 600'000, ms);
  to = std::chrono::milliseconds(ms);
  return fault;
}

std::string SetFromFile(const std::string& path, std::string& to) {
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file.is_open() || text.size() > 4096) return "cannot be read";
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  to = std::move(text);
  return to.empty() ? "is empty" : "";
}

std::string SetAesPart(const std::string& path, std::string& to) {
  const std::string fault = SetFromFile(path, to);
  return fault.empty() && to.size() != 16 ? "must hold 16 bytes" : fault;
}

std::string SetListen(const std::string& text, Options& options) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos) return "must be ADDRESS:PORT";
  options.host = text.substr(0, colon);
  return SetNumber<uint16_t>(text.substr(colon + 1), 65535, options.port);
}

std::string SetNotifyUrl(std::string url, NotifierOptions& to) {
  const std::string scheme = "http://";
  if (url.empty()) return to.host.clear(), "";
  if (!url.starts_with(scheme)) return "must begin with http://";
  url.erase(0, scheme.size());
  const size_t slash = std::min(url.find('/'), url.size());
  const std::string authority = url.substr(0, slash);
  const size_t colon = std::min(authority.rfind(':'), authority.size());
  to.host = authority.substr(0, colon);
  to.port = colon < authority.size() ? authority.substr(colon + 1) : "80";
  to.target = slash < url.size() ? url.substr(slash) : "/";
  return to.host.empty() ? "names no host" : "";
}

std::string SetShape(const std::string& text, NotifierOptions& to) {
  if (text != "top" && text != "inside") return "must be top or inside";
  to.status_inside = text == "inside";
  return "";
}

std::vector<Flag> ServerFlags() {
  using C = CommandLine;
  using S = const std::string&;
  return {
      {"--listen", "ADDRESS:PORT, default 127.0.0.1:18090; port 0 takes a free one",
       [](C& c, S v) { return SetListen(v, c.options); }},
      {"--port-file", "writes the port there once it listens",
       [](C& c, S v) { return c.port_file = v, ""; }},
      {"--threads", "default 1", [](C& c, S v) { return SetNumber(v, 64, c.threads); }},
      {"--delay-ms", "before every answer, default 0",
       [](C& c, S v) { return SetMs(v, c.options.delay); }},
      {"--quiet", "no line for each action", [](C& c, S) { return c.options.quiet = true, ""; },
       false},
      {"--list-magic", "prints the table of magic values and ends",
       [](C& c, S) { return c.list_magic = true, ""; }, false},
      {"--help", "prints this and ends", [](C& c, S) { return c.help = true, ""; }, false},
      {"--version", "prints version and commit and ends",
       [](C& c, S) { return c.version = true, ""; }, false},
      {"--widekyc-token-file", "default sim-token",
       [](C& c, S v) { return SetFromFile(v, c.options.widekyc_token); }},
      {"--widekyc-base", "path before /api/..., default /widekyc; without it works always",
       [](C& c, S v) { return c.options.widekyc_base = v, ""; }},
      {"--finpay-base", "path before /upgrade-account-widget, default /finpay/api/v1.0",
       [](C& c, S v) { return c.options.finpay_base = v, ""; }},
      {"--finpay-merchant-id", "default AGREE170724",
       [](C& c, S v) { return c.options.finpay.merchant_id = v, ""; }},
      {"--finpay-merchant-pass-file", "the plain password, default 123456",
       [](C& c, S v) { return SetFromFile(v, c.options.finpay.merchant_pass); }},
      {"--finpay-key-file", "AES-128 key, 16 bytes, default the document's sample",
       [](C& c, S v) { return SetAesPart(v, c.options.finpay.key); }},
      {"--finpay-iv-file", "IV, 16 bytes, default the document's sample",
       [](C& c, S v) { return SetAesPart(v, c.options.finpay.iv); }},
      {"--refuse-duplicates", "answers 4090001 to a partnerReferenceNo seen before",
       [](C& c, S) { return c.options.refuse_duplicates = true, ""; }, false},
  };
}

std::vector<Flag> NotifyFlags() {
  using C = CommandLine;
  using S = const std::string&;
  return {
      {"--notify-url",
       "default http://127.0.0.1:8081/v1.0/snap/account/upgrade/notify; empty sends none",
       [](C& c, S v) { return SetNotifyUrl(v, c.options.notifier); }},
      {"--callback-token-file", "default sim-callback-token",
       [](C& c, S v) { return SetFromFile(v, c.options.notifier.callback_token); }},
      {"--notify-delay-ms", "before each notification, default 300",
       [](C& c, S v) { return SetMs(v, c.options.notifier.delay); }},
      {"--notify-shape", "where the status stands: top (default) or inside additionalInfo",
       [](C& c, S v) { return SetShape(v, c.options.notifier); }},
      {"--notify-tries", "until one is answered 200, default 10",
       [](C& c, S v) { return SetNumber(v, 1000, c.options.notifier.tries); }},
      {"--notify-backoff-ms", "after the first refusal, then doubled up to 10 s; default 200",
       [](C& c, S v) { return SetMs(v, c.options.notifier.first_backoff); }},
  };
}

std::vector<Flag> AllFlags() {
  std::vector<Flag> flags = ServerFlags();
  for (Flag& flag : NotifyFlags()) flags.push_back(std::move(flag));
  return flags;
}

}  // namespace

CommandLine ReadCommandLine(const std::vector<std::string>& arguments) {
  CommandLine line;
  line.options.port = 18090;
  line.options.notifier.callback_token = "sim-callback-token";
  SetNotifyUrl("http://127.0.0.1:8081/v1.0/snap/account/upgrade/notify", line.options.notifier);
  const std::vector<Flag> flags = AllFlags();
  for (size_t i = 0; i < arguments.size() && line.fault.empty(); ++i) {
    const size_t equals = std::min(arguments[i].find('='), arguments[i].size());
    const std::string name = arguments[i].substr(0, equals);
    const auto flag =
        std::find_if(flags.begin(), flags.end(), [&name](const Flag& f) { return f.name == name; });
    const bool attached = equals < arguments[i].size();
    if (flag == flags.end() || (attached && !flag->has_value)) {
      line.fault = "unknown flag " + name;
    } else if (flag->has_value && !attached && i + 1 == arguments.size()) {
      line.fault = name + " needs a value";
    } else {
      std::string value;
      if (flag->has_value) value = attached ? arguments[i].substr(equals + 1) : arguments[++i];
      const std::string fault = flag->set(line, value);
      if (!fault.empty()) line.fault = name + " " + fault;
    }
  }
  return line;
}

std::string Usage() {
  std::string text = "simulator: plays Finpay, WideKYC and Netzme on one port.\n";
  for (const Flag& flag : AllFlags()) {
    std::string name = "  " + flag.name;
    name.resize(std::max<size_t>(name.size() + 1, 32), ' ');
    text += name + flag.what + "\n";
  }
  text += "Exit status: 0 after SIGTERM or SIGINT, 1 if it cannot listen, 2 for a wrong command.\n";
  return text;
}

}  // namespace kyc::simulator
