#include <string>

#include "clients/kyc/cli/reach.h"
#include "clients/kyc/commands/makers.h"
#include "kyc/admin/v1/event_log.grpc.pb.h"

namespace kyc::cli {
namespace {

namespace admin = ::kyc::admin::v1;
using Service = admin::EventLogService;

class Backup final : public Command {
 public:
  void Declare(Options& options) override {
    options.Word("NAME", name_, "of the file in the gateway's backup folder; nothing there has it",
                 Need::kRequired);
  }

  int Run(Session& session) override {
    admin::BackupRequest request;
    request.set_file_name(name_);
    return AskAndShow<Service>(session, &Service::Stub::Backup, request, Calls::kChanges);
  }

 private:
  std::string name_;
};

}  // namespace

std::unique_ptr<Command> MakeBackup() { return std::make_unique<Backup>(); }

}  // namespace kyc::cli
