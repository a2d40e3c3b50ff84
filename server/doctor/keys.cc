#include "server/doctor/keys.h"

#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kyc::doctor {
namespace {

constexpr char kCheck[] = "keys";

// Of 32 random bytes about 30 differ; fewer than these once in far more keys than there are.
constexpr size_t kFewestDifferent = 16;

bool LooksRandom(absl::string_view key) {
  return std::set<char>(key.begin(), key.end()).size() >= kFewestDifferent;
}

}  // namespace

std::vector<Finding> KeyFindings(const config::Settings& settings) {
  if (!settings.event_log.has_value()) return {};
  std::vector<std::pair<std::string, const Secret*>> keys = {
      {"event_log.lookup_key_file", &settings.event_log->lookup_key}};
  for (size_t i = 0; i < settings.event_log->sealing_keys.size(); ++i) {
    keys.emplace_back(absl::StrCat("event_log.sealing_keys[", i, "].key_file"),
                      &settings.event_log->sealing_keys[i].key);
  }
  std::vector<Finding> findings;
  for (size_t i = 0; i < keys.size(); ++i) {
    const auto& [field, key] = keys[i];
    if (!LooksRandom(key->Reveal())) {
      findings.push_back(Mend(kCheck, field, Whose::kConfiguration, "was not drawn at random",
                              "make one by `openssl rand -base64 32`; a log that was made with "
                              "this one keeps its look-up key, and takes another sealing key"));
    }
    for (size_t j = 0; j < i; ++j) {
      if (keys[j].second->Reveal() != key->Reveal()) continue;
      findings.push_back(Mend(kCheck, field, Whose::kConfiguration,
                              absl::StrCat("is the same key as ", keys[j].first),
                              "each is to be one of its own: `openssl rand -base64 32`"));
    }
  }
  if (!findings.empty()) return findings;
  const size_t sealing = settings.event_log->sealing_keys.size();
  return {Ok(kCheck, "",
             absl::StrCat("a look-up key and ", sealing, " sealing key", sealing == 1 ? "" : "s",
                          ", all different"))};
}

}  // namespace kyc::doctor
