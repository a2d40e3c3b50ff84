// Every command's maker. Each is in the file of its name.
#ifndef CLIENTS_KYC_COMMANDS_MAKERS_H_
#define CLIENTS_KYC_COMMANDS_MAKERS_H_

#include <memory>

#include "clients/kyc/cli/command.h"

namespace kyc::cli {

std::unique_ptr<Command> MakeAudit();              // audit.cc
std::unique_ptr<Command> MakeBackup();             // backup.cc
std::unique_ptr<Command> MakeCall();               // call.cc
std::unique_ptr<Command> MakeCompletion();         // completion.cc
std::unique_ptr<Command> MakeCursorShow();         // cursor_show.cc
std::unique_ptr<Command> MakeDescribe();           // list.cc
std::unique_ptr<Command> MakeDoctor();             // doctor.cc
std::unique_ptr<Command> MakeForward();            // forward.cc
std::unique_ptr<Command> MakeHealth();             // health.cc
std::unique_ptr<Command> MakeList();               // list.cc
std::unique_ptr<Command> MakeLiveness();           // liveness.cc
std::unique_ptr<Command> MakeMagic();              // magic.cc
std::unique_ptr<Command> MakeNotifySend();         // notify_send.cc
std::unique_ptr<Command> MakeQuarantineDiscard();  // quarantine.cc
std::unique_ptr<Command> MakeQuarantineList();     // quarantine.cc
std::unique_ptr<Command> MakeQuarantineRedrive();  // quarantine.cc
std::unique_ptr<Command> MakeQuarantineShow();     // quarantine.cc
std::unique_ptr<Command> MakeRecognize();          // recognize.cc
std::unique_ptr<Command> MakeSnap();               // snap.cc
std::unique_ptr<Command> MakeUpgradesGet();        // upgrades_list.cc
std::unique_ptr<Command> MakeUpgradesList();       // upgrades_list.cc
std::unique_ptr<Command> MakeUpgradesWatch();      // upgrades_watch.cc
std::unique_ptr<Command> MakeUsage();              // usage.cc
std::unique_ptr<Command> MakeValidate();           // validate.cc
std::unique_ptr<Command> MakeWatch();              // upgrades_watch.cc
std::unique_ptr<Command> MakeWidget();             // widget.cc

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_COMMANDS_MAKERS_H_
