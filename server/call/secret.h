// Text that must never be seen in a log, an error or a metric, nor on a disk that memory is swapped
// to.
#ifndef SERVER_CALL_SECRET_H_
#define SERVER_CALL_SECRET_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace kyc {

// Overwrites a text with zeros, in a way that no compiler leaves out, and makes it empty.
void Wipe(std::string& text);

// Credentials and keys. Prints as [redacted]; to use it, say Reveal(). Copies share the one text,
// so it is in memory once: in pages of its own, which are not swapped out as far as the process may
// lock memory, are in no core dump, and are overwritten when the last copy goes. Made where a
// configuration is read, not for each call. Immutable, so thread-safe.
class Secret {
 public:
  Secret() = default;
  // Of a text that somebody else keeps.
  explicit Secret(absl::string_view value);
  explicit Secret(const char* value) : Secret(absl::string_view(value)) {}
  // What it is made from is overwritten.
  explicit Secret(std::string&& value);

  absl::string_view Reveal() const { return {value_ == nullptr ? "" : value_.get(), size_}; }
  // For libraries: the same, with a zero byte after it.
  const char* c_str() const { return value_ == nullptr ? "" : value_.get(); }
  bool empty() const { return size_ == 0; }

  friend std::ostream& operator<<(std::ostream& out, const Secret&) { return out << "[redacted]"; }
  friend bool operator==(const Secret&, const Secret&) = delete;  // Use crypto::SecretEquals.

 private:
  std::shared_ptr<const char> value_;  // Null: empty.
  size_t size_ = 0;
};

// How many bytes of all secrets there are now could not be kept from being swapped out.
// Thread-safe.
int64_t SwappableSecretBytes();

// A key that is derived for a moment: in ordinary memory, and overwritten at its end. One thread.
class PassingSecret {
 public:
  explicit PassingSecret(std::string&& value) : value_(std::move(value)) {}
  ~PassingSecret() { Wipe(value_); }
  PassingSecret(const PassingSecret&) = delete;
  PassingSecret& operator=(const PassingSecret&) = delete;

  absl::string_view Reveal() const { return value_; }

 private:
  std::string value_;
};

}  // namespace kyc

#endif  // SERVER_CALL_SECRET_H_
