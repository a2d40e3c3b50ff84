// A large `bytes` value as the pieces in which it arrived.
#ifndef SERVER_CALL_BLOB_H_
#define SERVER_CALL_BLOB_H_

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"

namespace kyc {

// The pieces, in order, belong to somebody else: to the call, which keeps them until it is
// answered.
struct Blob {
  std::vector<absl::string_view> pieces;

  size_t size() const {
    size_t total = 0;
    for (absl::string_view piece : pieces) total += piece.size();
    return total;
  }
  bool empty() const { return size() == 0; }
};

}  // namespace kyc

#endif  // SERVER_CALL_BLOB_H_
