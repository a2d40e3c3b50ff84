#include "server/config/reloader.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_replace.h"
#include "server/config/reloaded_part.h"

namespace kyc::config {
namespace {

constexpr int kTries = 3;

// Files of which one changed while they were read may not belong together.
absl::optional<Loaded> LoadAtRest(const std::string& path) {
  for (int i = 0; i < kTries; ++i) {
    Loaded loaded = Load(path);
    if (AreUnchanged(loaded.files)) return loaded;
  }
  return absl::nullopt;
}

}  // namespace

Reloader::Reloader(std::string path, const Loaded& at_start)
    : path_(std::move(path)),
      accounts_(AccountsOf(*at_start.settings)),
      fixed_(at_start.fixed),
      files_(at_start.files),
      whole_(at_start.whole) {}

absl::optional<Change> Reloader::Look(bool asked) {
  asked_ = asked_ || asked;
  if (!asked_ && !again_ && AreUnchanged(files_)) return absl::nullopt;
  absl::optional<Loaded> loaded = LoadAtRest(path_);
  again_ = !loaded.has_value() || AnyChangedJustNow(loaded->files);
  if (!loaded.has_value()) return absl::nullopt;
  files_ = std::move(loaded->files);
  const bool was_asked = std::exchange(asked_, false);
  if (!loaded->settings.ok()) {
    std::string fault = absl::StrReplaceAll(loaded->settings.status().message(), {{"\n", "; "}});
    if (!was_asked && fault == fault_) return absl::nullopt;
    fault_ = std::move(fault);
    return Change{absl::InvalidArgumentError(fault_)};
  }
  const bool was_wrong = !std::exchange(fault_, "").empty();
  const bool is_new = !IsSame(loaded->whole, whole_);
  whole_ = std::move(loaded->whole);
  if (!is_new && !was_wrong && !was_asked) return absl::nullopt;
  Change change{std::move(loaded->settings), !IsSame(loaded->fixed, fixed_), whole_.config};
  if (AccountsOf(*change.settings) != accounts_) {
    change.settings = absl::FailedPreconditionError(
        "its accounts, or the addresses of their upstreams, are others");
  }
  return change;
}

}  // namespace kyc::config
