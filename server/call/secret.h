// Text that must never be seen in a log, an error or a metric.
#ifndef SERVER_CALL_SECRET_H_
#define SERVER_CALL_SECRET_H_

#include <ostream>
#include <string>
#include <utility>

namespace kyc {

// Credentials and personal values. Prints as [redacted]; to use it, say Reveal().
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  const std::string& Reveal() const { return value_; }
  bool empty() const { return value_.empty(); }

  friend std::ostream& operator<<(std::ostream& out, const Secret&) { return out << "[redacted]"; }
  friend bool operator==(const Secret&, const Secret&) = delete;  // Use crypto::SecretEquals.

 private:
  std::string value_;
};

}  // namespace kyc

#endif  // SERVER_CALL_SECRET_H_
