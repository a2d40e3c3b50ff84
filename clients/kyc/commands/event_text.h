// An event as a line. Pure.
#ifndef CLIENTS_KYC_COMMANDS_EVENT_TEXT_H_
#define CLIENTS_KYC_COMMANDS_EVENT_TEXT_H_

#include <string>

#include "clients/kyc/cli/table.h"
#include "netzme/v1/upgrade_notification.pb.h"

namespace kyc::cli {

enum class EventFormat { kText, kJson, kCloudEvents };

EventFormat EventFormatOf(const std::string& name, bool json);  // "text", "json", "cloudevents".

// Without a newline. Text is for people, with colours where they are wanted.
std::string EventLine(const ::netzme::v1::UpgradeEvent& event, EventFormat format, bool colours);

// The columns of a table of events.
Row EventHeader();
Row EventRow(const ::netzme::v1::UpgradeEvent& event);

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_COMMANDS_EVENT_TEXT_H_
