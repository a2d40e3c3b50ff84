// Notifications that are always in flight, one on each connection.
#ifndef TOOLS_BENCHMARKS_POST_LOAD_H_
#define TOOLS_BENCHMARKS_POST_LOAD_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tools/benchmarks/payloads.h"
#include "tools/benchmarks/poller.h"
#include "tools/benchmarks/post_connection.h"
#include "tools/benchmarks/recorder.h"

namespace kyc::bench {

// Posts notifications and checks each answer. Single-threaded; poller and recorder outlive it.
class PostLoad {
 public:
  // What the next notification is about.
  using NextReference = std::function<uint64_t()>;

  PostLoad(Poller& poller, Recorder& recorder, NextReference next_reference);
  ~PostLoad();

  absl::Status Open(uint16_t port, int connections);
  // From now on each connection posts again as it is answered.
  void KeepPosting();
  // Posts one on an idle connection; false if there is none.
  bool PostOne();

  uint64_t posted() const { return posted_; }
  uint64_t stored() const { return stored_; }

 private:
  class Sender;

  Poller& poller_;
  Recorder& recorder_;
  const NextReference next_reference_;
  Notification notification_;
  std::vector<std::unique_ptr<Sender>> senders_;
  std::vector<Sender*> idle_;
  bool keep_posting_ = false;
  uint64_t posted_ = 0;
  uint64_t stored_ = 0;
};

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_POST_LOAD_H_
