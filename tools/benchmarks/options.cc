#include "tools/benchmarks/options.h"

#include <algorithm>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace kyc::bench {
namespace {

constexpr char kUsage[] = R"(usage: bench [SUITE...] [OPTION...]
  SUITE          calls, tls, slow, webhook, postgres, watch, base64; all where none is named
  --rounds N     how often each row is measured; the median counts (3)
  --secs S       how long each time (3)
  --only TEXT    only rows whose name contains TEXT
  --out DIR      where JSON, SVG and the gateway's state go (.run/bench)
  --small        ten watchers, twenty waiting calls: whether it works, not how fast
)";

absl::Status Usage(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(what, "\n", kUsage));
}

void MakeSmall(Options& options) {
  options.waiting_calls = 20;
  options.upstream_delay = 0.3;
  options.watchers = 10;
  options.fan_watchers = 10;
  options.slow_consumer_seconds = 0.5;
}

bool SetOption(const std::string& name, const std::string& value, Options& options) {
  if (name == "--rounds") return absl::SimpleAtoi(value, &options.rounds) && options.rounds > 0;
  if (name == "--secs") return absl::SimpleAtod(value, &options.seconds) && options.seconds > 0;
  if (name == "--only") options.only = value;
  if (name == "--out") options.out = value;
  if (name == "--contestant") options.contestant = value;
  if (name == "--log-servers") options.log_servers = value;
  if (name == "--appends") options.appends = value;
  return name == "--only" || name == "--out" || name == "--contestant" || name == "--log-servers" ||
         name == "--appends";
}

}  // namespace

absl::StatusOr<Options> ParseOptions(const std::vector<std::string>& arguments) {
  Options options;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (std::count(std::begin(kSuites), std::end(kSuites), word) > 0) {
      options.suites.push_back(word);
    } else if (word == "--small") {
      MakeSmall(options);
    } else if (word.rfind("--", 0) != 0 || i + 1 == arguments.size() ||
               !SetOption(word, arguments[i + 1], options)) {
      return Usage(absl::StrCat("not understood: ", word));
    } else {
      ++i;
    }
  }
  if (options.suites.empty()) options.suites.assign(std::begin(kSuites), std::end(kSuites));
  if (options.out.empty() || options.contestant.empty()) return Usage("no --out or --contestant");
  return options;
}

}  // namespace kyc::bench
