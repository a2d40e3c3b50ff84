// Who comes next, where more come than may be begun with at once.
#ifndef SERVER_NET_PACED_LINE_H_
#define SERVER_NET_PACED_LINE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"

namespace kyc::net {

// Lets in so many a second; of each source one in turn, so that whoever comes alone passes a crowd
// of one source. A value, not thread-safe.
class PacedLine {
 public:
  struct Options {
    int a_second = 0;
    int at_once = 0;        // After quiet.
    int of_one_source = 0;  // That may wait.
  };
  explicit PacedLine(Options options) : options_(options), tokens_(options.at_once) {}

  // `id` is not in the line; `price`: for how many it counts. False: too many of its source wait.
  bool Add(const std::string& source, uint64_t id, int price);
  // Takes it out of the line, if it is there.
  void Remove(const std::string& source, uint64_t id);

  // Whose turn it is at this time of a steady clock; out of the line with that.
  absl::optional<uint64_t> Next(absl::Time now);
  // When Next may have one; the infinite future while nobody waits. After Next had none.
  absl::Time NextTime() const;

  size_t size() const { return size_; }

 private:
  struct Waiting {
    uint64_t id;
    int price;
  };
  struct OfSource {
    std::deque<Waiting> waiting;  // Never empty.
    std::list<std::string>::iterator turn;
  };

  void RemoveEmpty(absl::flat_hash_map<std::string, OfSource>::iterator at);
  void Fill(absl::Time now);

  const Options options_;
  double tokens_;
  absl::Time filled_ = absl::InfinitePast();
  absl::flat_hash_map<std::string, OfSource> of_;
  std::list<std::string> turns_;
  size_t size_ = 0;
};

}  // namespace kyc::net

#endif  // SERVER_NET_PACED_LINE_H_
