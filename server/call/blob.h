// A large `bytes` value as the pieces in which it arrived.
#ifndef SERVER_CALL_BLOB_H_
#define SERVER_CALL_BLOB_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/strings/string_view.h"

namespace kyc {

// Whoever has read a piece for the last time lets go of its owner, so that an image need not stay
// until its call is answered.
struct Blob {
  std::vector<absl::string_view> pieces;  // In order.
  // What owns each piece; none at all if the pieces outlive all use.
  std::vector<std::shared_ptr<const void>> owners = {};

  size_t size() const {
    size_t total = 0;
    for (absl::string_view piece : pieces) total += piece.size();
    return total;
  }
  bool empty() const { return size() == 0; }
};

}  // namespace kyc

#endif  // SERVER_CALL_BLOB_H_
