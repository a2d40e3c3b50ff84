#include "server/upstream/content_coding.h"

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/types/optional.h"

namespace kyc::upstream {
namespace {

// Each costs at most `max_bytes` of memory and the time to fill them.
constexpr size_t kMostCodings = 2;

// What every gzip stream begins with, and no JSON document does.
constexpr absl::string_view kGzipStart = "\x1F\x8B\x08";

// The frame around the packed bytes, as zlib numbers them.
enum class Frame { kGzip = 15 + 16, kZlib = 15, kNone = -15 };

absl::Status Refused(absl::string_view reason) { return absl::InvalidArgumentError(reason); }
absl::Status Broken() { return Refused("cannot be unpacked by its Content-Encoding"); }

// One stream of zlib, given back at its end.
class Inflater {
 public:
  Inflater(Frame frame, absl::string_view packed) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream_.avail_in = static_cast<uInt>(packed.size());
    if (inflateInit2(&stream_, static_cast<int>(frame)) != Z_OK) std::abort();  // Out of memory.
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // The next bytes, in the buffer. zlib's code.
  int Next(absl::string_view& bytes) {
    stream_.next_out = reinterpret_cast<Bytef*>(&buffer_[0]);
    stream_.avail_out = sizeof(buffer_);
    const int code = inflate(&stream_, Z_NO_FLUSH);
    bytes = absl::string_view(&buffer_[0], sizeof(buffer_) - stream_.avail_out);
    return code;
  }
  bool has_more() const { return stream_.avail_in > 0; }
  // What follows is a stream of its own.
  void BeginAgain() { inflateReset(&stream_); }

 private:
  z_stream stream_ = {};
  char buffer_[16 << 10];
};

absl::StatusOr<std::string> Unpacked(Frame frame, absl::string_view packed, size_t max_bytes) {
  Inflater inflater(frame, packed);
  std::string body;
  absl::optional<size_t> whole;  // So much of it is of streams that came to their end.
  while (true) {
    absl::string_view bytes;
    const int code = inflater.Next(bytes);
    // Z_BUF_ERROR: it wants more than there is.
    if (code != Z_OK && code != Z_STREAM_END) {
      if (!whole) return Broken();
      body.resize(*whole);
      return body;
    }
    if (bytes.size() > max_bytes - body.size()) return Refused("is too large once unpacked");
    absl::StrAppend(&body, bytes);
    if (code == Z_OK) continue;
    if (!inflater.has_more() || frame == Frame::kZlib) return body;
    // Without a checksum the end may be one by chance.
    if (frame == Frame::kNone) return Broken();
    whole = body.size();
    inflater.BeginAgain();
  }
}

absl::StatusOr<std::string> Without(absl::string_view coding, absl::string_view body,
                                    size_t max_bytes) {
  if (absl::EqualsIgnoreCase(coding, "gzip") || absl::EqualsIgnoreCase(coding, "x-gzip")) {
    return Unpacked(Frame::kGzip, body, max_bytes);
  }
  if (!absl::EqualsIgnoreCase(coding, "deflate")) {
    return Refused("has a Content-Encoding that is not known");
  }
  // By its first two bytes: only zlib's frame says 8 there and is a multiple of 31.
  const bool framed =
      body.size() >= 2 && (body[0] & 0x0F) == 8 &&
      (static_cast<uint8_t>(body[0]) << 8 | static_cast<uint8_t>(body[1])) % 31 == 0;
  return Unpacked(framed ? Frame::kZlib : Frame::kNone, body, max_bytes);
}

// One that was not said: whoever packed it, or took the header away, stands between.
void UndoUnsaidGzip(Uncoded& uncoded, size_t max_bytes) {
  if (!absl::StartsWith(uncoded.body, kGzipStart)) return;
  absl::StatusOr<std::string> without = Unpacked(Frame::kGzip, uncoded.body, max_bytes);
  if (!without.ok()) return;
  uncoded.body = *std::move(without);
  uncoded.fault.Update(Refused("is packed by gzip, which its Content-Encoding does not say"));
}

}  // namespace

Uncoded WithoutCoding(absl::string_view content_encoding, absl::string_view body,
                      size_t max_bytes) {
  std::vector<absl::string_view> codings;
  for (absl::string_view coding : absl::StrSplit(content_encoding, ',')) {
    coding = absl::StripAsciiWhitespace(coding);
    if (!coding.empty() && !absl::EqualsIgnoreCase(coding, "identity")) codings.push_back(coding);
  }
  Uncoded uncoded = {.body = std::string(body), .fault = absl::OkStatus()};
  if (codings.size() > kMostCodings) {
    uncoded.fault = Refused("has too many Content-Encodings");
    return uncoded;
  }
  std::reverse(codings.begin(), codings.end());
  for (absl::string_view coding : codings) {
    absl::StatusOr<std::string> without = Without(coding, uncoded.body, max_bytes);
    if (without.ok()) {
      uncoded.body = *std::move(without);
    } else {
      uncoded.fault.Update(without.status());
    }
  }
  UndoUnsaidGzip(uncoded, max_bytes);
  return uncoded;
}

absl::Status RemoveCoding(HttpResponse& response, size_t max_bytes) {
  std::vector<absl::string_view> values;  // A list may be spread over several headers.
  for (const auto& [name, value] : response.headers) {
    if (name == "content-encoding") values.push_back(value);
  }
  const bool as_said = values.empty() && !absl::StartsWith(response.body, kGzipStart);
  if (as_said || response.body.empty()) return absl::OkStatus();
  Uncoded uncoded = WithoutCoding(absl::StrJoin(values, ","), response.body, max_bytes);
  response.body = std::move(uncoded.body);
  return uncoded.fault;
}

}  // namespace kyc::upstream
