#include "tools/benchmarks/outbox.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace kyc::bench {

Outbox::Outbox() : copies_(new char[kCopies]) { pieces_.reserve(kPieces + 1); }

void Outbox::Copy(absl::string_view text) {
  char* const to = copies_.get() + used_;
  std::memcpy(to, text.data(), text.size());
  used_ += text.size();
  if (!empty()) {
    iovec& last = pieces_.back();
    if (static_cast<char*>(last.iov_base) + last.iov_len == to) {
      last.iov_len += text.size();
      return;
    }
  }
  pieces_.push_back({to, text.size()});
}

void Outbox::Refer(absl::string_view text) {
  pieces_.push_back({const_cast<char*>(text.data()), text.size()});
}

Outbox::Written Outbox::WriteTo(int fd) {
  return WriteBy([fd](const iovec* pieces, int count) { return writev(fd, pieces, count); });
}

Outbox::Written Outbox::WriteBy(absl::FunctionRef<ssize_t(const iovec* pieces, int count)> write) {
  while (!empty()) {
    const ssize_t written = write(&pieces_[next_], static_cast<int>(pieces_.size() - next_));
    if (written < 0) return errno == EAGAIN ? Written::kSome : Written::kBroken;
    Drop(static_cast<size_t>(written));
  }
  return Written::kAll;
}

void Outbox::Drop(size_t bytes) {
  while (bytes > 0) {
    iovec& first = pieces_[next_];
    const size_t here = std::min(bytes, first.iov_len);
    first.iov_base = static_cast<char*>(first.iov_base) + here;
    first.iov_len -= here;
    bytes -= here;
    if (first.iov_len == 0) ++next_;
  }
  if (empty()) {
    pieces_.clear();
    next_ = used_ = 0;
  }
}

}  // namespace kyc::bench
