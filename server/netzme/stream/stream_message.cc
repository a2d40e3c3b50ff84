#include "server/netzme/stream/stream_message.h"

#include <cstdint>

#include "server/netzme/view.h"

namespace kyc::netzme {
namespace {

using ::netzme::v1::Events;
using ::netzme::v1::WatchUpgradesResponse;

// The tag of a length-delimited field; one byte, as these fields' numbers are below 16.
constexpr char Tag(int field_number) { return static_cast<char>(field_number << 3 | 2); }

static_assert(Events::kEventsFieldNumber < 16 && WatchUpgradesResponse::kEventsFieldNumber < 16 &&
              WatchUpgradesResponse::kCursorFieldNumber < 16);

std::string TagAndLength(int field_number, uint64_t length) {
  std::string bytes(1, Tag(field_number));
  for (; length >= 0x80; length >>= 7) bytes.push_back(static_cast<char>(length | 0x80));
  bytes.push_back(static_cast<char>(length));
  return bytes;
}

grpc::Slice WholeEntry(const ::netzme::v1::UpgradeEvent& event) {
  std::string bytes = TagAndLength(Events::kEventsFieldNumber, event.ByteSizeLong());
  event.AppendToString(&bytes);
  return grpc::Slice(bytes);
}

}  // namespace

grpc::Slice EventEntry(const ::netzme::v1::UpgradeEvent& event, ::netzme::v1::View view) {
  if (view == ::netzme::v1::VIEW_FULL) return WholeEntry(event);
  ::netzme::v1::UpgradeEvent shown = event;
  Hide(view, shown);
  return WholeEntry(shown);
}

grpc::Slice CursorField(const std::string& text) {
  return grpc::Slice(TagAndLength(WatchUpgradesResponse::kCursorFieldNumber, text.size()) + text);
}

grpc::ByteBuffer EventsMessage(const std::vector<grpc::Slice>& entries,
                               const grpc::Slice& cursor_field) {
  size_t length = 0;
  for (const grpc::Slice& entry : entries) length += entry.size();
  std::vector<grpc::Slice> slices;
  slices.reserve(entries.size() + 2);
  slices.emplace_back(TagAndLength(WatchUpgradesResponse::kEventsFieldNumber, length));
  slices.insert(slices.end(), entries.begin(), entries.end());
  slices.push_back(cursor_field);
  return grpc::ByteBuffer(slices.data(), slices.size());
}

grpc::ByteBuffer Message(const WatchUpgradesResponse& response, const grpc::Slice& cursor_field) {
  const grpc::Slice slices[] = {grpc::Slice(response.SerializeAsString()), cursor_field};
  return grpc::ByteBuffer(slices, 2);
}

}  // namespace kyc::netzme
