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

Resealer::Resealer(ResealerOptions options, std::string keys, ResealWork work, Metrics& metrics,
                   std::function<void(absl::string_view)> say)
    : options_(options),
      keys_(std::move(keys)),
      work_(std::move(work)),
      metrics_(metrics),
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
  metrics_.ResealLeft(1);  // Until it is known better.
  while (RunOnce() == End::kAnew) {
  }
}

Resealer::End Resealer::RunOnce() {
  if (!Close()) return End::kEnding;
  Pass pass;
  do {
    pass = Pass();
    if (!RunPass(pass)) return End::kEnding;
    sealed_ += pass.sealed;
  } while (pass.sealed + pass.skipped > 0);
  if (pass.unopened > 0) {
    say_(absl::StrCat("the event log holds ", pass.unopened,
                      " texts that no sealing key opens, or that were altered: keys ", keys_,
                      " are not retired"));
    return End::kDone;
  }
  const End end = Retire();
  if (end != End::kDone) return end;
  metrics_.ResealLeft(0);
  say_(absl::StrCat("nothing in the event log is sealed with keys ", keys_,
                    " any more, as a look at all of it found (", sealed_,
                    " rows were sealed again): take them out of the configuration and destroy "
                    "them; from the next start on they are refused"));
  return End::kDone;
}

bool Resealer::Close() {
  for (bool told = false;; told = true) {
    const absl::StatusOr<bool> closed = work_.close();
    if (closed.ok() && *closed) return true;
    const std::string line =
        absl::StrCat("what keys ", keys_,
                     " sealed is not sealed again yet: another process still seals with an older "
                     "key; put the new one first in the configuration of each, and restart it");
    if (!closed.ok()) SayFailure(closed.status());
    if (closed.ok() && !told) say_(line);
    if (closed.ok()) SayNowAndThen(line);
    if (!Wait(options_.pause_after_failure)) return false;
  }
}

bool Resealer::RunPass(Pass& pass) {
  ResealPlace place;
  while (place.part != ResealPlace::Part::kEnd) {
    const absl::StatusOr<ResealStep> step = work_.step(place);
    if (step.ok()) {
      pass.sealed += step->sealed;
      pass.unopened += step->unopened;
      pass.skipped += step->skipped;
      place = step->next;
      if (step->sealed > 0) metrics_.Resealed(step->sealed);
      metrics_.ResealLeft(step->left + 1);
      SayNowAndThen(absl::StrCat("what keys ", keys_,
                                 " sealed is sealed again: ", NameOf(place.part), place.after));
    } else {
      SayFailure(step.status());
    }
    if (!Wait(step.ok() ? options_.pause : options_.pause_after_failure)) return false;
  }
  return true;
}

Resealer::End Resealer::Retire() {
  for (;;) {
    const absl::StatusOr<bool> retired = work_.retire();
    if (retired.ok()) return *retired ? End::kDone : End::kAnew;
    SayFailure(retired.status());
    if (!Wait(options_.pause_after_failure)) return End::kEnding;
  }
}

void Resealer::SayFailure(const absl::Status& why) {
  SayNowAndThen(absl::StrCat("what keys ", keys_, " sealed cannot be sealed again, which is tried ",
                             "again: ", std::string(why.message())));
}

void Resealer::SayNowAndThen(const std::string& line) {
  const absl::Time now = SteadyNow();
  if (now - said_ < options_.say_every) return;
  said_ = now;
  say_(line);
}

bool Resealer::Wait(absl::Duration duration) {
  std::unique_lock<std::mutex> lock(mutex_);
  return !ending_changed_.wait_for(lock, absl::ToChronoMicroseconds(duration),
                                   [this] { return ending_; });
}

}  // namespace kyc::events
