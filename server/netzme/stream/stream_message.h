// WatchUpgradesResponse as wire bytes, put together from slices that many streams share.
#ifndef SERVER_NETZME_STREAM_STREAM_MESSAGE_H_
#define SERVER_NETZME_STREAM_STREAM_MESSAGE_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include <string>
#include <vector>

#include "netzme/v1/upgrade_notification.pb.h"

namespace kyc::netzme {

// One element of Events.events: its tag, its length and the event as this view shows it.
grpc::Slice EventEntry(const ::netzme::v1::UpgradeEvent& event, ::netzme::v1::View view);

// The field WatchUpgradesResponse.cursor: tag, length, text.
grpc::Slice CursorField(const std::string& text);

// A message that brings these entries. Copies none of them.
grpc::ByteBuffer EventsMessage(const std::vector<grpc::Slice>& entries,
                               const grpc::Slice& cursor_field);

// Any other message; `response` has all but the cursor.
grpc::ByteBuffer Message(const ::netzme::v1::WatchUpgradesResponse& response,
                         const grpc::Slice& cursor_field);

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_STREAM_STREAM_MESSAGE_H_
