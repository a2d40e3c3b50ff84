#include "server/json/body.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "server/json/base64.h"

namespace kyc::json {
namespace {

constexpr size_t kGroupBytes = 3;
constexpr size_t kGroupCharacters = 4;

void AppendEscapedByte(char c, std::string& out) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      absl::StrAppend(&out, "\\u", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad4));
  }
}

bool NeedsEscape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

void AppendEscaped(absl::string_view text, std::string& out) {
  size_t copied = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    if (!NeedsEscape(text[at])) continue;
    out.append(text.data() + copied, at - copied);
    AppendEscapedByte(text[at], out);
    copied = at + 1;
  }
  out.append(text.data() + copied, text.size() - copied);
}

}  // namespace

Body::Body(std::vector<BodyPiece> pieces) : pieces_(std::move(pieces)) {
  for (const BodyPiece& piece : pieces_) {
    size_ += piece.text.size() + Base64Size(piece.base64_of.size());
  }
}

std::string Body::ToString() const {
  // A reader may leave up to 3 bytes of its buffer free, and wants 16.
  std::string text(size_ + 16, '\0');
  BodyReader reader(*this);
  while (reader.Read(&text[reader.taken()], text.size() - reader.taken()) > 0) continue;
  text.resize(reader.taken());
  return text;
}

void Body::LetGo(size_t pieces, size_t blob_pieces) {
  for (size_t i = 0; i <= pieces && i < pieces_.size(); ++i) {
    auto& owners = pieces_[i].base64_of.owners;
    size_t at = i < pieces ? owners.size() : std::min(blob_pieces, owners.size());
    while (at > 0 && owners[at - 1] != nullptr) owners[--at].reset();
  }
}

BodyReader::BodyReader(const Body& body) : body_(&body) {}

size_t BodyReader::Read(char* to, size_t capacity) {
  size_t written = 0;
  while (piece_ < body_->pieces().size()) {
    const BodyPiece& piece = body_->pieces()[piece_];
    written += ReadText(piece.text, to + written, capacity - written);
    if (text_at_ < piece.text.size()) break;
    written += ReadBlob(piece.base64_of, to + written, capacity - written);
    if (blob_piece_ < piece.base64_of.pieces.size()) break;
    ++piece_;
    text_at_ = blob_piece_ = blob_at_ = 0;
  }
  taken_ += written;
  return written;
}

size_t BodyReader::ReadText(absl::string_view text, char* to, size_t capacity) {
  const size_t count = std::min(text.size() - text_at_, capacity);
  if (count > 0) std::memcpy(to, text.data() + text_at_, count);
  text_at_ += count;
  return count;
}

size_t BodyReader::ReadBlob(const Blob& blob, char* to, size_t capacity) {
  size_t written = 0;
  TakeOfBlob(blob, 0);
  while (blob_piece_ < blob.pieces.size() && capacity - written >= kGroupCharacters) {
    const absl::string_view rest = blob.pieces[blob_piece_].substr(blob_at_);
    const size_t groups =
        std::min(rest.size() / kGroupBytes, (capacity - written) / kGroupCharacters);
    if (groups > 0) {
      EncodeGroups(rest.data(), groups, to + written);
      TakeOfBlob(blob, groups * kGroupBytes);
      written += groups * kGroupCharacters;
    } else {
      ReadSharedGroup(blob, to + written);
      written += kGroupCharacters;
    }
  }
  return written;
}

// The group that begins with a piece's last one or two bytes: the next pieces have the rest, or
// the blob ends.
void BodyReader::ReadSharedGroup(const Blob& blob, char* to) {
  char group[kGroupBytes];
  size_t count = 0;
  while (count < kGroupBytes && blob_piece_ < blob.pieces.size()) {
    group[count++] = blob.pieces[blob_piece_][blob_at_];
    TakeOfBlob(blob, 1);
  }
  EncodeLastGroup(group, count, to);
}

// Moves on within the current piece, then to the next byte there is, if any.
void BodyReader::TakeOfBlob(const Blob& blob, size_t bytes) {
  blob_at_ += bytes;
  while (blob_piece_ < blob.pieces.size() && blob_at_ == blob.pieces[blob_piece_].size()) {
    ++blob_piece_;
    blob_at_ = 0;
  }
}

ObjectWriter::ObjectWriter() {
  text_.reserve(256);
  text_ += '{';
}

void ObjectWriter::Key(absl::string_view key) {
  if (!first_) text_ += ',';
  first_ = false;
  text_ += '"';
  AppendEscaped(key, text_);
  text_ += "\":";
}

ObjectWriter& ObjectWriter::String(absl::string_view key, absl::string_view value) {
  Key(key);
  text_ += '"';
  AppendEscaped(value, text_);
  text_ += '"';
  return *this;
}

ObjectWriter& ObjectWriter::Bool(absl::string_view key, bool value) {
  Key(key);
  text_ += value ? "true" : "false";
  return *this;
}

ObjectWriter& ObjectWriter::Integer(absl::string_view key, int64_t value) {
  Key(key);
  absl::StrAppend(&text_, value);
  return *this;
}

ObjectWriter& ObjectWriter::Base64(absl::string_view key, absl::string_view prefix, Blob blob) {
  Key(key);
  text_ += '"';
  AppendEscaped(prefix, text_);
  pieces_.push_back({std::move(text_), std::move(blob)});
  text_ = "\"";
  return *this;
}

ObjectWriter& ObjectWriter::BeginObject(absl::string_view key) {
  Key(key);
  text_ += '{';
  first_ = true;
  return *this;
}

ObjectWriter& ObjectWriter::EndObject() {
  text_ += '}';
  first_ = false;
  return *this;
}

Body ObjectWriter::Finish() && {
  text_ += '}';
  pieces_.push_back({std::move(text_), {}});
  return Body(std::move(pieces_));
}

}  // namespace kyc::json
