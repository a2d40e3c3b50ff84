#include "server/netzme/stream/common_messages.h"

#include <grpcpp/support/slice.h>

#include <cstddef>

namespace kyc::netzme {
namespace {

constexpr size_t kMostMessages = 16;
constexpr size_t kMostBytes = 16 << 10;

}  // namespace

const Outgoing* CommonMessages::Find(events::Position after, ::netzme::v1::View view) const {
  for (const Kept& kept : kept_) {
    if (kept.after == after.sequence && kept.view == view) return &kept.outgoing;
  }
  return nullptr;
}

void CommonMessages::Keep(events::Position after, ::netzme::v1::View view,
                          const Outgoing& outgoing) {
  if (kept_.size() == kMostMessages || outgoing.message.Length() > kMostBytes) return;
  grpc::Slice whole;
  if (!outgoing.message.DumpToSingleSlice(&whole).ok()) return;
  kept_.push_back(
      {after.sequence, view, {outgoing.events, outgoing.through, grpc::ByteBuffer(&whole, 1)}});
}

}  // namespace kyc::netzme
