// `upgrades watch`, and `watch`, which was there before it.
#include <ostream>
#include <string>

#include "clients/kyc/cli/exit.h"
#include "clients/kyc/commands/event_text.h"
#include "clients/kyc/commands/follow.h"
#include "clients/kyc/commands/makers.h"

namespace kyc::cli {
namespace {

class UpgradesWatch : public Command {
 public:
  explicit UpgradesWatch(std::string format) : format_(std::move(format)) {}

  void Declare(Options& options) override {
    place_.Declare(options);
    options.Switch("--until-caught-up", place_.until_caught_up,
                   "end once all that is stored was shown");
    options.Choice("--format", format_, {"text", "json", "cloudevents"}, "of each event's line");
  }

  int Run(Session& session) override {
    const EventFormat format = EventFormatOf(format_, session.json);
    return Follow(session, place_, [&](const ::netzme::v1::Events& events) {
      for (const auto& event : events.events()) {
        session.out << EventLine(event, format, session.colours) << "\n";
      }
      return session.out.flush() ? absl::OkStatus()
                                 : absl::DataLossError("cannot write the events");
    });
  }

 private:
  Place place_;
  std::string format_;
};

class Watch final : public UpgradesWatch {
 public:
  Watch() : UpgradesWatch("json") {}

  void Declare(Options& options) override {
    options.Word("ADDRESS", address_, "the gateway, as --address", Need::kOptional);
    UpgradesWatch::Declare(options);
  }
  int Run(Session& session) override {
    if (!address_.empty()) session.access.address = address_;
    return UpgradesWatch::Run(session);
  }

 private:
  std::string address_;
};

}  // namespace

std::unique_ptr<Command> MakeUpgradesWatch() { return std::make_unique<UpgradesWatch>("text"); }
std::unique_ptr<Command> MakeWatch() { return std::make_unique<Watch>(); }

}  // namespace kyc::cli
