// A large `bytes` value as the pieces in which it arrived.
#ifndef SERVER_CALL_BLOB_H_
#define SERVER_CALL_BLOB_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/strings/string_view.h"

namespace kyc {

// The pieces, in order, lie in what `owner` owns: whoever has no more use for a blob lets go of it,
// so that an image need not stay until its call is answered. No owner: they outlive all use.
struct Blob {
  std::vector<absl::string_view> pieces;
  std::shared_ptr<const void> owner = nullptr;

  size_t size() const {
    size_t total = 0;
    for (absl::string_view piece : pieces) total += piece.size();
    return total;
  }
  bool empty() const { return size() == 0; }
};

}  // namespace kyc

#endif  // SERVER_CALL_BLOB_H_
