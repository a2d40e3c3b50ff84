#include "server/rpc/large_fields.h"

#include <google/protobuf/io/coded_stream.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/slice.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "server/call/error.h"

namespace kyc::rpc {
namespace {

// What a message may hold beside its large fields: so much that a text that is far too long is
// still told by its field's name. Empty fields cost little to send and much to keep.
constexpr size_t kMaxRest = 1 << 20;
constexpr int kMaxFields = 4096;
// Beyond this, what the message does not know is not kept: what it knows has limits of its own.
constexpr size_t kMaxUnknown = 64 << 10;
// A call's memory is given back in portions of this size, not slice by slice: each has its price.
constexpr size_t kHeldTogether = 128 << 10;

enum WireType {
  kVarint = 0,
  kFixed64 = 1,
  kLengthDelimited = 2,
  kStartGroup = 3,
  kEndGroup = 4,
  kFixed32 = 5
};
// How long a varint may be, for the generated parser as for us: what one of the two reads otherwise
// would be a field here and another one there.
constexpr int kMaxValue = 10;
constexpr int kMaxTagOrLength = 5;

// Reads a message that lies in pieces. Every read says whether the bytes were there.
class WireReader {
 public:
  explicit WireReader(Blob message) : message_(std::move(message)), left_(message_.size()) {}

  size_t left() const { return left_; }

  bool Varint(int most, uint64_t* value) {
    *value = 0;
    for (int i = 0; i < most; ++i) {
      if (left_ == 0) return false;
      const auto byte = static_cast<uint8_t>(Next(1)[0]);
      *value |= uint64_t{byte & 0x7fu} << (7 * i);
      if (byte < 0x80) return true;
    }
    return false;
  }

  bool Copy(size_t count, std::string* to) {
    if (count > left_) return false;
    while (count > 0) {
      const absl::string_view part = Next(count);
      to->append(part.data(), part.size());
      count -= part.size();
    }
    return true;
  }

  bool Take(size_t count, Blob* to) {
    if (count > left_) return false;
    *to = Blob();
    to->pieces.reserve(message_.pieces.size() - piece_);
    to->owners.reserve(message_.pieces.size() - piece_);
    while (count > 0) {
      to->pieces.push_back(Next(count));
      to->owners.push_back(message_.owners[piece_]);
      count -= to->pieces.back().size();
    }
    return true;
  }

 private:
  // The next bytes that lie together: at least one, at most `most`. There must be some left.
  absl::string_view Next(size_t most) {
    while (at_ == message_.pieces[piece_].size()) {
      ++piece_;
      at_ = 0;
    }
    const absl::string_view part = message_.pieces[piece_].substr(at_, most);
    at_ += part.size();
    left_ -= part.size();
    return part;
  }

  Blob message_;
  size_t left_;
  size_t piece_ = 0;
  size_t at_ = 0;
};

void AppendVarint(uint64_t value, std::string* to) {
  for (; value >= 0x80; value >>= 7) to->push_back(static_cast<char>(value | 0x80));
  to->push_back(static_cast<char>(value));
}

// Divides messages into the fields at `paths` and the rest.
class Splitter {
 public:
  Splitter(const std::vector<FieldPath>& paths, WireReader reader, std::vector<Blob>& blobs)
      : paths_(paths), reader_(std::move(reader)), blobs_(blobs) {}

  // Reads the message of the next `length` bytes, which lies `depth` fields down the paths whose
  // indexes are `on`. Appends what is not taken to `rest`.
  bool Message(size_t length, size_t depth, const std::vector<size_t>& on, std::string* rest) {
    if (length > reader_.left()) return false;
    const size_t end = reader_.left() - length;
    while (reader_.left() > end) {
      if (++fields_ > kMaxFields) return TooMuch();
      if (!Field(depth, on, rest)) return false;
      if (rest->size() > kMaxRest) return TooMuch();
    }
    return reader_.left() == end && groups_ == 0;
  }

  // Why Message returned false.
  bool too_much() const { return too_much_; }

 private:
  bool TooMuch() {
    too_much_ = true;
    return false;
  }

  bool Field(size_t depth, const std::vector<size_t>& on, std::string* rest) {
    uint64_t value;
    if (!reader_.Varint(kMaxTagOrLength, &value)) return false;
    const auto tag = static_cast<uint32_t>(value);  // More bits are dropped there, too.
    if ((tag & 7) == kLengthDelimited) {
      return reader_.Varint(kMaxTagOrLength, &value) && Delimited(tag, value, depth, on, rest);
    }
    AppendVarint(tag, rest);
    switch (tag & 7) {
      case kVarint:
        if (!reader_.Varint(kMaxValue, &value)) return false;
        AppendVarint(value, rest);
        return true;
      case kFixed64:
        return reader_.Copy(8, rest);
      case kFixed32:
        return reader_.Copy(4, rest);
      case kStartGroup:
        ++groups_;
        return true;
      case kEndGroup:
        return --groups_ >= 0;
      default:
        return false;
    }
  }

  bool Delimited(uint32_t tag, size_t length, size_t depth, const std::vector<size_t>& on,
                 std::string* rest) {
    std::vector<size_t> deeper;
    for (size_t index : on) {
      const FieldPath& path = paths_[index];
      // Within a group, which the message does not know, nothing is on a path.
      if (groups_ > 0 || static_cast<uint32_t>(path[depth]) != tag >> 3) continue;
      if (path.size() == depth + 1) return reader_.Take(length, &blobs_[index]);
      deeper.push_back(index);
    }
    AppendVarint(tag, rest);
    if (deeper.empty()) {
      AppendVarint(length, rest);
      return length <= kMaxRest ? reader_.Copy(length, rest) : TooMuch();
    }
    std::string nested;
    if (!Message(length, depth + 1, deeper, &nested)) return false;
    AppendVarint(nested.size(), rest);
    rest->append(nested);
    return true;
  }

  const std::vector<FieldPath>& paths_;
  WireReader reader_;
  std::vector<Blob>& blobs_;
  int fields_ = 0;
  int groups_ = 0;  // Open where the reader is; that they match is seen when the rest is parsed.
  bool too_much_ = false;
};

struct HeldSlices {
  std::vector<grpc::Slice> slices;
  std::shared_ptr<grpc::ByteBuffer> request;
};

// The next slices after `from`, until they make up kHeldTogether.
std::shared_ptr<const HeldSlices> Hold(std::vector<grpc::Slice>& slices, size_t from,
                                       const std::shared_ptr<grpc::ByteBuffer>& request) {
  size_t to = from;
  for (size_t bytes = 0; to < slices.size() && bytes < kHeldTogether; ++to) {
    bytes += slices[to].size();
  }
  const auto first = std::make_move_iterator(slices.begin());
  return std::make_shared<const HeldSlices>(
      HeldSlices{std::vector<grpc::Slice>(first + from, first + to), request});
}

// Takes the slices out of a buffer.
Blob SlicesOf(const std::shared_ptr<grpc::ByteBuffer>& bytes) {
  std::vector<grpc::Slice> slices;
  Blob all;
  if (!bytes->Dump(&slices).ok()) return all;
  bytes->Clear();
  all.pieces.reserve(slices.size());
  all.owners.reserve(slices.size());
  while (all.pieces.size() < slices.size()) {
    const auto held = Hold(slices, all.pieces.size(), bytes);
    // Pointed to where they are held: a short slice's bytes lie in itself.
    for (const grpc::Slice& slice : held->slices) {
      all.pieces.emplace_back(reinterpret_cast<const char*>(slice.begin()), slice.size());
      all.owners.push_back(held);
    }
  }
  return all;
}

constexpr char kNoMessage[] =
    "The request is no message of this method: by Protobuf's rules, where strings are UTF-8";
constexpr char kTooMuch[] = "The request holds more than 1 MiB, or 4,096 fields, beside its images";

absl::Status Malformed(const char* message) {
  Error error;
  error.code = absl::StatusCode::kInvalidArgument;
  error.reason = "MALFORMED_REQUEST";
  error.message = message;
  error.metadata = {{"outcome", std::string(OutcomeText(Outcome::kNotSent))}};
  return ToStatus(error);
}

}  // namespace

absl::Status Parse(grpc::ByteBuffer* bytes, google::protobuf::MessageLite& message) {
  grpc::ProtoBufferReader reader(bytes);
  return message.ParseFromZeroCopyStream(&reader) ? absl::OkStatus() : Malformed(kNoMessage);
}

absl::Status ParseApart(const std::shared_ptr<grpc::ByteBuffer>& bytes,
                        const std::vector<FieldPath>& paths, google::protobuf::Message& message,
                        std::vector<Blob>& blobs) {
  WireReader reader(SlicesOf(bytes));
  const size_t length = reader.left();
  std::vector<size_t> all(paths.size());
  for (size_t i = 0; i < all.size(); ++i) all[i] = i;
  blobs.assign(paths.size(), Blob());
  std::string rest;
  rest.reserve(std::min<size_t>(length, 256));
  Splitter splitter(paths, std::move(reader), blobs);
  if (!splitter.Message(length, 0, all, &rest)) {
    return Malformed(splitter.too_much() ? kTooMuch : kNoMessage);
  }
  if (!message.ParseFromString(rest)) return Malformed(kNoMessage);
  if (rest.size() > kMaxUnknown) message.DiscardUnknownFields();
  return absl::OkStatus();
}

grpc::ByteBuffer Serialize(const google::protobuf::MessageLite& message) {
  const size_t size = message.ByteSizeLong();
  grpc::Slice slice(size);
  message.SerializeWithCachedSizesToArray(const_cast<uint8_t*>(slice.begin()));
  return grpc::ByteBuffer(&slice, 1);
}

grpc::ByteBuffer BufferOf(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace kyc::rpc
