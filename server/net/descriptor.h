// An open file of the system, with an owner.
#ifndef SERVER_NET_DESCRIPTOR_H_
#define SERVER_NET_DESCRIPTOR_H_

#include <unistd.h>

#include <utility>

namespace kyc::net {

// Closes it when it goes. Not thread-safe.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    Close();
    number_ = std::exchange(other.number_, -1);
    return *this;
  }
  ~Descriptor() { Close(); }

  bool is_open() const { return number_ >= 0; }
  int get() const { return number_; }
  // The caller's from now on.
  int Release() { return std::exchange(number_, -1); }
  void Close() {
    if (is_open()) close(Release());
  }

 private:
  int number_ = -1;
};

}  // namespace kyc::net

#endif  // SERVER_NET_DESCRIPTOR_H_
