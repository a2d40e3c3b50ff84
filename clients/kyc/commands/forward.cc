// Replays the log of upgrades to a web server, as their sender would have posted them.
#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "clients/kyc/cli/failure.h"
#include "clients/kyc/commands/event_text.h"
#include "clients/kyc/commands/follow.h"
#include "clients/kyc/commands/http_post.h"
#include "clients/kyc/commands/makers.h"
#include "clients/kyc/json_text.h"

namespace kyc::cli {
namespace {

using ::netzme::v1::UpgradeEvent;

constexpr absl::Duration kPostTimeout = absl::Seconds(30);
constexpr absl::Duration kLongestPause = absl::Seconds(30);

class Forward final : public Command {
 public:
  void Declare(Options& options) override {
    options.Text("--to", "URL", to_, "where each is posted, http or https", Need::kRequired);
    options.Choice("--format", format_, {"notification", "json", "cloudevents"},
                   "notification: the body as Netzme sent it, for whom VIEW_FULL is allowed");
    options.Texts("--post-header", "'NAME: VALUE'", headers_, "a header of each post; repeats");
    options.Number("--tries", "N", tries_, 1, 1'000'000,
                   "of one post, with pauses of up to 30 s between; 20. Then it ends");
    place_.Declare(options);
    options.Switch("--until-caught-up", place_.until_caught_up,
                   "end once all that is stored was posted");
  }

  int Run(Session& session) override {
    if (!absl::StartsWith(to_, "http://") && !absl::StartsWith(to_, "https://")) {
      return Fail(session, absl::InvalidArgumentError("--to wants a URL of http or https"));
    }
    if (format_ == "notification") place_.full = true;
    HttpPoster poster(to_);
    return Follow(session, place_, [&](const ::netzme::v1::Events& events) {
      for (const UpgradeEvent& event : events.events()) {
        if (absl::Status posted = Deliver(session, poster, event); !posted.ok()) return posted;
      }
      return absl::OkStatus();
    });
  }

 private:
  // In order: the next one waits until this one was answered 2xx.
  absl::Status Deliver(Session& session, HttpPoster& poster, const UpgradeEvent& event) {
    const std::vector<std::string> headers = HeadersOf(event);
    const std::string body = BodyOf(event);
    absl::Duration pause = absl::Milliseconds(500);
    for (int64_t tries = 1;; ++tries) {
      const auto reply = poster.Post(body, headers, kPostTimeout);
      const bool taken = reply.ok() && reply->status / 100 == 2;
      const std::string answer =
          reply.ok() ? absl::StrCat("HTTP ", reply->status) : std::string(reply.status().message());
      Tell(session, event, answer);
      if (taken) return absl::OkStatus();
      if (tries >= tries_) {
        return absl::UnavailableError(absl::StrCat("event ", event.sequence(), " was not taken in ",
                                                   tries, " tries, the last one ending ", answer,
                                                   "; the same command goes on with it"));
      }
      absl::SleepFor(pause);
      pause = std::min(2 * pause, kLongestPause);
    }
  }

  static void Tell(Session& session, const UpgradeEvent& event, const std::string& answer) {
    if (session.json) {
      session.out << client::ObjectJson(
                         {{"sequence", absl::StrCat(event.sequence())}, {"answer", answer}})
                  << std::endl;
    } else {
      session.out << EventLine(event, EventFormat::kText, session.colours) << "  "
                  << Printable(answer) << std::endl;
    }
  }

  std::vector<std::string> HeadersOf(const UpgradeEvent& event) const {
    std::vector<std::string> headers = headers_;
    headers.push_back(format_ == "cloudevents" ? "Content-Type: application/cloudevents+json"
                                               : "Content-Type: application/json");
    // One event may come twice, where kyc was killed before its place was saved: by these it is
    // known again.
    headers.push_back(absl::StrCat("kyc-event-id: ", event.event_id()));
    headers.push_back(absl::StrCat("kyc-sequence: ", event.sequence()));
    return headers;
  }

  std::string BodyOf(const UpgradeEvent& event) const {
    if (format_ == "notification" && !event.raw_body().empty()) return event.raw_body();
    return EventLine(event, EventFormatOf(format_, /*json=*/true), false);
  }

  std::string to_;
  std::string format_ = "notification";
  std::vector<std::string> headers_;
  int64_t tries_ = 20;
  Place place_;
};

}  // namespace

std::unique_ptr<Command> MakeForward() { return std::make_unique<Forward>(); }

}  // namespace kyc::cli
