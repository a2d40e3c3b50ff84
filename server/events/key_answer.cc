#include "server/events/key_answer.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace kyc::events {
namespace {

// What the answer is bound to; its column's name in every engine.
constexpr char kAnswerColumn[] = "sealed_answer";

crypto::RecordSealer SealerOf(const LogIdentity& log, const CallKey& key) {
  return log.sealer.Of(absl::StrCat(log.log_id, key.key, key.content));
}

}  // namespace

void SealAnswer(const LogIdentity& log, const CallKey& key, KeyEnd& end) {
  if (end.kind != KeyEnd::Kind::kAnswered) return;
  end.answer = SealerOf(log, key).Seal(end.answer, kAnswerColumn);
}

void OpenAnswer(const LogIdentity& log, const CallKey& key, KeyClaim& claim) {
  if (claim.found != KeyFound::kAnswered) return;
  auto opened = SealerOf(log, key).Open(claim.answer, kAnswerColumn);
  claim = opened.ok() ? KeyClaim{KeyFound::kAnswered, *std::move(opened)}
                      : KeyClaim{KeyFound::kLost, ""};
}

absl::StatusOr<std::string> SealAnswerAgain(const LogIdentity& log, const CallKey& key,
                                            absl::string_view sealed) {
  crypto::RecordSealer sealer = SealerOf(log, key);
  const absl::StatusOr<std::string> opened = sealer.Open(sealed, kAnswerColumn);
  if (!opened.ok()) return opened.status();
  return sealer.Seal(*opened, kAnswerColumn);
}

}  // namespace kyc::events
