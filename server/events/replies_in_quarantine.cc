#include "server/events/replies_in_quarantine.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/events/quarantine_rules.h"

namespace kyc::events {
namespace {

constexpr double kAtOnce = 16;

}  // namespace

BodyToKeep EntryOf(KeptReply reply) {
  BodyToKeep entry;
  entry.owner = {QuarantinedKind::kReply, std::move(reply.account),
                 absl::StrCat(reply.upstream, " ", reply.endpoint)};
  entry.answer = absl::StrCat("HTTP ", reply.http_status, ": ", reply.why);
  if (reply.body.size() > kMaxKeptReplyBytes) {
    absl::StrAppend(&entry.answer, " (cut, it has ", reply.body.size(), " bytes)");
  }
  // A copy: what the reply was read into may be as large as the largest reply.
  entry.body = reply.body.substr(0, kMaxKeptReplyBytes);
  entry.request_id = std::move(reply.request_id);
  return entry;
}

RepliesInQuarantine::RepliesInQuarantine(Quarantine& quarantine, Metrics& metrics,
                                         RepeatedLines::Write log,
                                         std::function<absl::Time()> steady_clock)
    : quarantine_(quarantine),
      metrics_(metrics),
      lines_(std::make_shared<RepeatedLines>(std::move(log), steady_clock)),
      clock_(std::move(steady_clock)) {}

void RepliesInQuarantine::Keep(KeptReply reply) {
  const std::string upstream = reply.upstream;
  const std::string line =
      absl::StrCat("unreadable reply of ", reply.upstream, " ", reply.endpoint, " to account ",
                   reply.account, " (HTTP ", reply.http_status, ": ", reply.why, ")");
  if (!MayKeep(absl::StrCat(reply.upstream, " ", reply.endpoint, " ", reply.account))) {
    metrics_.ReplyKept(upstream, false);
    return lines_->Say(absl::StrCat(line, " not kept: more than one a second"));
  }
  if (waiting_->fetch_add(1) >= kMaxWaitingReplies) {
    --*waiting_;
    metrics_.ReplyKept(upstream, false);
    return lines_->Say(absl::StrCat(line, " not kept: too many wait for the event log"));
  }
  quarantine_.Keep(EntryOf(std::move(reply)),
                   [&metrics = metrics_, lines = lines_, waiting = waiting_, upstream,
                    line](const absl::Status& kept) {
                     --*waiting;
                     metrics.ReplyKept(upstream, kept.ok());
                     lines->Say(kept.ok() ? absl::StrCat(line, " kept in quarantine")
                                          : absl::StrCat(line, " not kept: ", kept.message()));
                   });
}

bool RepliesInQuarantine::MayKeep(const std::string& of) {
  const absl::Time now = clock_();
  const std::lock_guard lock(mutex_);
  Allowance& allowance = allowances_.try_emplace(of, Allowance{kAtOnce, now}).first->second;
  allowance.replies =
      std::min(kAtOnce, allowance.replies + absl::ToDoubleSeconds(now - allowance.at));
  allowance.at = now;
  if (allowance.replies < 1) return false;
  allowance.replies -= 1;
  return true;
}

}  // namespace kyc::events
