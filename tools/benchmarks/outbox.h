// What waits to be written to a socket.
#ifndef TOOLS_BENCHMARKS_OUTBOX_H_
#define TOOLS_BENCHMARKS_OUTBOX_H_

#include <sys/uio.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace kyc::bench {

// Short texts are copied, long ones stay where they are: sending an image must cost the generator
// next to nothing. Single-threaded.
class Outbox {
 public:
  Outbox();

  // Whether a frame of at most kFrame bytes still fits.
  bool HasRoom() const { return pieces_.size() < kPieces && used_ + kFrame <= kCopies; }
  bool empty() const { return next_ == pieces_.size(); }

  // Only while there is room.
  void Copy(absl::string_view text);
  // `text` stays as it is until it is written.
  void Refer(absl::string_view text);

  enum class Written { kAll, kSome, kBroken };
  // `write` is as writev, but for the descriptor.
  Written WriteBy(absl::FunctionRef<ssize_t(const iovec* pieces, int count)> write);
  Written WriteTo(int fd);

  // An HTTP/2 frame of the usual size, with its head.
  static constexpr size_t kFrame = 16384 + 9;

 private:
  static constexpr size_t kCopies = 4 * kFrame;
  static constexpr size_t kPieces = 400;

  void Drop(size_t bytes);

  std::unique_ptr<char[]> copies_;
  size_t used_ = 0;
  std::vector<iovec> pieces_;
  size_t next_ = 0;
};

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_OUTBOX_H_
