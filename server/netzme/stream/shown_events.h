// What GetUpgrade and ListUpgrades with VIEW_FULL are noted as. Pure.
#ifndef SERVER_NETZME_STREAM_SHOWN_EVENTS_H_
#define SERVER_NETZME_STREAM_SHOWN_EVENTS_H_

#include <vector>

#include "netzme/v1/upgrade_notification.pb.h"
#include "server/events/audit.h"

namespace kyc::netzme {

// `call`, about an event.
events::AuditNote NoteOfEvent(events::AuditNote call, const ::netzme::v1::UpgradeEvent& event);

// `call`, about a page: an entry for each of its references where they are few, else one for the
// sequences from its last event to its first, which may be of more events than the page has.
std::vector<events::AuditNote> NotesOfPage(const events::AuditNote& call,
                                           const ::netzme::v1::ListUpgradesResponse& page);

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_STREAM_SHOWN_EVENTS_H_
