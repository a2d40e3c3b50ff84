#include "clients/kyc/commands/all.h"

#include "clients/kyc/commands/makers.h"

namespace kyc::cli {
namespace {

constexpr char kVerify[] = "Verify customers";
constexpr char kFollow[] = "Follow upgrades";
constexpr char kOperate[] = "Operate";
constexpr char kTry[] = "Try";
constexpr char kAny[] = "Any gRPC";
constexpr char kShell[] = "Shell";

constexpr Entry kCommands[] = {
    {kVerify, "liveness", "Is the selfie of a living person?",
     "kyc liveness selfie.jpg --reference customer-1", MakeLiveness},
    {kVerify, "recognize", "Read the fields of photographed e-KTPs",
     "kyc recognize ktp.jpg --reference customer-1\n"
     "kyc recognize folder --output results.jsonl",
     MakeRecognize},
    {kVerify, "validate", "Compare a customer's data with Dukcapil's record",
     "kyc validate --reference customer-1 --nik 3671121401010004 --name 'Yu Andi Chen'",
     MakeValidate},
    {kVerify, "widget", "Open the widget in which a customer upgrades",
     "kyc widget --reference order-0001 --phone 081234567890", MakeWidget},

    {kFollow, "upgrades", "The log of upgrades", "", nullptr},
    {kFollow, "upgrades watch", "Follow upgrades, from where the cursor file says, without end",
     "kyc upgrades watch --cursor-file last-cursor --from earliest --filter status=rejected",
     MakeUpgradesWatch},
    {kFollow, "upgrades list", "The newest upgrades", "kyc upgrades list --limit 10",
     MakeUpgradesList},
    {kFollow, "upgrades get", "The newest event of one reference", "kyc upgrades get order-0001",
     MakeUpgradesGet},
    {kFollow, "watch", "As `upgrades watch --format json`",
     "kyc watch 127.0.0.1:50051 --cursor-file last-cursor", MakeWatch},

    {kFollow, "forward", "Post each upgrade to a web server of yours, in order",
     "kyc forward --to http://127.0.0.1:3000/hook --from earliest --cursor-file forwarded",
     MakeForward},
    {kFollow, "cursor", "Places in the log", "", nullptr},
    {kFollow, "cursor show", "Is a cursor still good, and what follows it?",
     "kyc cursor show last-cursor", MakeCursorShow},

    {kOperate, "doctor", "What is wrong with a configuration and its machine, and what to do",
     "kyc doctor --config .run/config.textproto", MakeDoctor},
    {kOperate, "health", "Which services are ready?", "kyc health", MakeHealth},
    {kOperate, "quarantine", "What arrived and could not be read", "", nullptr},
    {kOperate, "quarantine list", "The entries, without their bodies",
     "kyc quarantine list --kind notification", MakeQuarantineList},
    {kOperate, "quarantine show", "One entry, its body masked", "kyc quarantine show 1",
     MakeQuarantineShow},
    {kOperate, "quarantine redrive", "Read a notification again, or a corrected one in its place",
     "kyc quarantine redrive 1 --corrected body.json", MakeQuarantineRedrive},
    {kOperate, "quarantine discard", "Remove an entry for good", "kyc quarantine discard 1",
     MakeQuarantineDiscard},
    {kOperate, "audit", "Who has seen, and done what with, whose data",
     "kyc audit --reference order-0001\nkyc audit --caller app --since 3d --json", MakeAudit},
    {kOperate, "usage", "Who made how many calls, and what they mean for the invoices",
     "kyc usage --month 2026-11\nkyc usage --from 2026-11-01 --to 2026-11-07 --by date --by method "
     "--csv",
     MakeUsage},
    {kOperate, "backup", "Copy the event log into the gateway's backup folder",
     "kyc backup monday.db", MakeBackup},

    {kTry, "notify", "The webhook", "", nullptr},
    {kTry, "notify send", "Send it a notification, as Netzme does",
     "kyc notify send --reference order-0002 --status rejected "
     "--callback-token-file .run/secrets/netzme-callback-token",
     MakeNotifySend},
    {kTry, "magic", "The values that make the simulator answer otherwise", "kyc magic phone",
     MakeMagic},
    {kTry, "snap", "What a response code of SNAP means", "kyc snap 4090001", MakeSnap},

    {kAny, "list", "List services, or a service's methods",
     "kyc list\nkyc list widekyc.v1.WideKycService", MakeList},
    {kAny, "describe", "Show the contract of a service, method or message",
     "kyc describe netzme.v1.UpgradeEvent", MakeDescribe},
    {kAny, "call", "Call any method with JSON",
     "kyc call netzme.v1.UpgradeNotificationService/ListUpgrades -d '{\"pageSize\": 2}'", MakeCall},
    {kAny, "grpcurl", "What follows is read, and answered, as by grpcurl itself",
     "kyc grpcurl -plaintext 127.0.0.1:50051 list", nullptr},

    {kShell, "completion", "What makes a shell complete kyc's words",
     "kyc completion bash >~/.local/share/bash-completion/completions/kyc", MakeCompletion},
};

}  // namespace

absl::Span<const Entry> AllCommands() { return kCommands; }

}  // namespace kyc::cli
