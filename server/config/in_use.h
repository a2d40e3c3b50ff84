// The configuration that a running gateway uses, for operators to read.
#ifndef SERVER_CONFIG_IN_USE_H_
#define SERVER_CONFIG_IN_USE_H_

#include <mutex>
#include <string>

#include "kyc/config/v1/config.pb.h"

namespace kyc::config {

// Thread-safe. Owned by main, outlives the gateway.
class InUse {
 public:
  // Whole::config of what the gateway was started with.
  explicit InUse(const std::string& config);

  // That of a configuration which was taken over while running: what can be is in use from now on.
  void TakeOver(const std::string& config);

  // A line for each field of each block that is there, in the form of the file, so that two can be
  // compared: "default" where nothing is written, "set" or "unset" for every text that is not
  // marked (kyc.options.v1.shown), which are the secrets and the names of their files.
  std::string Text() const;

 private:
  mutable std::mutex mutex_;
  v1::Config config_;  // Guarded by mutex_.
};

}  // namespace kyc::config

#endif  // SERVER_CONFIG_IN_USE_H_
