#include "tools/benchmarks/watch_message.h"

#include <algorithm>
#include <cstddef>

namespace kyc::bench {
namespace {

// The fields of a message in Protobuf's wire format.
class Fields {
 public:
  explicit Fields(absl::string_view message) : rest_(message) {}

  // Whether there is one more; then the getters tell of it.
  bool Next() {
    if (rest_.empty()) return false;
    const uint64_t tag = Varint();
    number_ = static_cast<int>(tag >> 3);
    switch (tag & 7) {
      case 0:
        value_ = Varint();
        return whole_;
      case 1:
        return Take(8);
      case 2:
        return Take(Varint());
      case 5:
        return Take(4);
      default:
        whole_ = false;
        return false;
    }
  }

  bool whole() const { return whole_; }
  int number() const { return number_; }
  uint64_t value() const { return value_; }
  absl::string_view bytes() const { return bytes_; }

 private:
  uint64_t Varint() {
    uint64_t value = 0;
    for (size_t i = 0; i < std::min<size_t>(rest_.size(), 10); ++i) {
      const auto byte = static_cast<unsigned char>(rest_[i]);
      value |= uint64_t{byte & 0x7fu} << (7 * i);
      if (byte < 0x80) {
        rest_.remove_prefix(i + 1);
        return value;
      }
    }
    whole_ = false;
    return 0;
  }

  bool Take(uint64_t size) {
    whole_ = whole_ && size <= rest_.size();
    if (!whole_) return false;
    bytes_ = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }

  absl::string_view rest_;
  bool whole_ = true;
  int number_ = 0;
  uint64_t value_ = 0;
  absl::string_view bytes_;
};

bool ReadEvent(absl::string_view message, SeenEvent& event) {
  Fields fields(message);
  while (fields.Next()) {
    if (fields.number() == 1) event.sequence = fields.value();
    if (fields.number() == 4) event.revision = fields.value();
    if (fields.number() == 8) {
      event.cust_id = fields.bytes();
      return true;  // What follows is long and of no interest.
    }
  }
  return false;
}

bool ReadEvents(absl::string_view message, absl::FunctionRef<void(const SeenEvent&)> on_event) {
  Fields fields(message);
  while (fields.Next()) {
    SeenEvent event;
    if (fields.number() != 1 || !ReadEvent(fields.bytes(), event)) return false;
    on_event(event);
  }
  return fields.whole();
}

}  // namespace

WatchMessage ReadWatchMessage(absl::string_view message,
                              absl::FunctionRef<void(const SeenEvent&)> on_event) {
  WatchMessage read;
  Fields fields(message);
  while (fields.Next()) {
    switch (fields.number()) {
      case 1:
        read.kind = WatchMessage::Kind::kStarted;
        break;
      case 2:
        if (!ReadEvents(fields.bytes(), on_event)) return {};
        read.kind = WatchMessage::Kind::kEvents;
        break;
      case 3:
        read.kind = WatchMessage::Kind::kCaughtUp;
        break;
      case 4:
        read.kind = WatchMessage::Kind::kHeartbeat;
        break;
      case 5:
        read.kind = WatchMessage::Kind::kGoodbye;
        break;
      case 6:
        read.cursor = fields.bytes();
        break;
      default:
        break;
    }
  }
  return fields.whole() ? read : WatchMessage();
}

}  // namespace kyc::bench
