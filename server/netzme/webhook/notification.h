// Netzme's notification: from the bytes of a POST to an event's fields. Pure.
// Source: Netzme "Upgrade Account Notification".
#ifndef SERVER_NETZME_WEBHOOK_NOTIFICATION_H_
#define SERVER_NETZME_WEBHOOK_NOTIFICATION_H_

#include <string>
#include <variant>

#include "absl/strings/string_view.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "server/json/value.h"

namespace kyc::netzme {

// Why a body is refused, as SNAP answers it: always HTTP 400.
struct Refusal {
  std::string response_code;     // "4000002"
  std::string response_message;  // "Invalid Mandatory Field status"
  std::string reference;         // originalReferenceNo where it could be read, else empty.
  std::string cause = {};  // For operators, where the message does not say it; quotes nothing.
};

// The event's fields that come from the notification (7 and above) and its anomalies. `raw_body` is
// the whole body. Accepts both documented shapes (design: status at the top or in additionalInfo,
// reasons and benefits nested or flat, in any letter case of the status).
std::variant<::netzme::v1::UpgradeEvent, Refusal> ReadNotification(absl::string_view body,
                                                                   json::Deviations& deviations);

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_WEBHOOK_NOTIFICATION_H_
