#include "server/rpc/held_request.h"

#include <utility>

namespace kyc::rpc {
namespace {

struct Held {
  Held(int64_t bytes, Admission& admission) : held(bytes), admission(admission) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() {
    bytes.Clear();
    admission.GiveBack(held);
  }

  const int64_t held;
  Admission& admission;
  grpc::ByteBuffer bytes;
};

}  // namespace

std::shared_ptr<grpc::ByteBuffer> HoldRequest(grpc::ByteBuffer& request, int64_t bytes,
                                              Admission& admission) {
  auto held = std::make_shared<Held>(bytes, admission);
  held->bytes.Swap(&request);
  grpc::ByteBuffer* const buffer = &held->bytes;
  return {std::move(held), buffer};
}

}  // namespace kyc::rpc
