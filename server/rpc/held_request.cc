#include "server/rpc/held_request.h"

#include <utility>

namespace kyc::rpc {
namespace {

struct Held {
  Held(int64_t reserved, Loop& loop, Admission& admission)
      : reserved(reserved), loop(loop), admission(admission) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() {
    if (reserved == 0) return;
    bytes.Clear();
    loop.Post([room = &admission, bytes = reserved] { room->GiveBack(bytes); });
  }

  const int64_t reserved;
  Loop& loop;
  Admission& admission;
  grpc::ByteBuffer bytes;
};

}  // namespace

std::shared_ptr<grpc::ByteBuffer> HoldRequest(grpc::ByteBuffer& request, int64_t reserved,
                                              Loop& loop, Admission& admission) {
  auto held = std::make_shared<Held>(reserved, loop, admission);
  held->bytes.Swap(&request);
  grpc::ByteBuffer* const bytes = &held->bytes;
  return {std::move(held), bytes};
}

}  // namespace kyc::rpc
