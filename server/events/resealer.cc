#include "server/events/resealer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/call/steady_now.h"

namespace kyc::events {
namespace {

absl::string_view NameOf(ResealPlace::Part part) {
  switch (part) {
    case ResealPlace::Part::kEvents:
      return "events, up to sequence ";
    case ResealPlace::Part::kQuarantine:
      return "the quarantine, up to entry ";
    case ResealPlace::Part::kAnswers:
      return "calls' answers, up to ";
    case ResealPlace::Part::kPurposes:
      return "the audit log, up to entry ";
    case ResealPlace::Part::kEnd:
      break;
  }
  return "the end, ";
}

}  // namespace

Resealer::Resealer(ResealerOptions options, std::string keys,
                   std::function<absl::StatusOr<ResealStep>(const ResealPlace&)> step,
                   std::function<void(absl::string_view)> say)
    : options_(options),
      keys_(std::move(keys)),
      step_(std::move(step)),
      say_(say != nullptr ? std::move(say) : [](absl::string_view) {}),
      said_(SteadyNow()),
      thread_([this] { Run(); }) {}

Resealer::~Resealer() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ending_ = true;
  }
  ending_changed_.notify_one();
  thread_.join();
}

void Resealer::Run() {
  Pass pass;
  do {
    pass = Pass();
    if (!RunPass(pass)) return;
    sealed_ += pass.sealed;
  } while (pass.sealed > 0);
  if (pass.unopened > 0) {
    return say_(absl::StrCat("the event log holds ", pass.unopened,
                             " texts that no sealing key opens, or that were altered: keys ", keys_,
                             " are not retired"));
  }
  if (!Retire()) return;
  say_(absl::StrCat("nothing in the event log is sealed with keys ", keys_,
                    " any more, as a look at all of it found (", sealed_,
                    " rows were sealed again): take them out of the configuration and destroy "
                    "them; from the next start on they are refused"));
}

bool Resealer::RunPass(Pass& pass) {
  ResealPlace place;
  while (place.part != ResealPlace::Part::kEnd) {
    const absl::StatusOr<ResealStep> step = step_(place);
    if (step.ok()) {
      pass.sealed += step->sealed;
      pass.unopened += step->unopened;
      place = step->next;
      SayNowAndThen(place);
    }
    if (!Wait(step.ok() ? options_.pause : options_.pause_after_failure)) return false;
  }
  return true;
}

bool Resealer::Retire() {
  while (!step_({ResealPlace::Part::kEnd, 0}).ok()) {
    if (!Wait(options_.pause_after_failure)) return false;
  }
  return true;
}

void Resealer::SayNowAndThen(const ResealPlace& place) {
  const absl::Time now = SteadyNow();
  if (now - said_ < options_.say_every) return;
  said_ = now;
  say_(absl::StrCat("what keys ", keys_, " sealed is sealed again: ", NameOf(place.part),
                    place.after));
}

bool Resealer::Wait(absl::Duration duration) {
  std::unique_lock<std::mutex> lock(mutex_);
  return !ending_changed_.wait_for(lock, absl::ToChronoMicroseconds(duration),
                                   [this] { return ending_; });
}

}  // namespace kyc::events
