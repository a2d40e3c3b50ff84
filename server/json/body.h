// A JSON body that is sent piece by piece: the base64 of an image never exists as a whole.
#ifndef SERVER_JSON_BODY_H_
#define SERVER_JSON_BODY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/call/blob.h"

namespace kyc::json {

// A piece: `text` as it is, then the base64 (RFC 4648, padded, no line breaks) of `base64_of`.
struct BodyPiece {
  std::string text;
  Blob base64_of;
};

// A body whose length is known before its first byte is sent.
class Body {
 public:
  Body() = default;
  explicit Body(std::vector<BodyPiece> pieces);

  // Bytes on the wire.
  size_t size() const { return size_; }
  const std::vector<BodyPiece>& pieces() const { return pieces_; }
  // The whole body.
  std::string ToString() const;

  // Lets go of all blobs of the first `pieces` pieces, and of the next one's first `blob_pieces`.
  void LetGo(size_t pieces, size_t blob_pieces);

 private:
  std::vector<BodyPiece> pieces_;
  size_t size_ = 0;
};

// Reads a Body from start to end. One per attempt. The Body outlives it.
class BodyReader {
 public:
  explicit BodyReader(const Body& body);

  // Writes up to `capacity` bytes (at least 16) to `to` and returns how many; 0 only at the end.
  size_t Read(char* to, size_t capacity);
  // Bytes handed out so far.
  size_t taken() const { return taken_; }
  // Lets go of the blobs' parts that were read, in the body that is being read: it cannot be read
  // again.
  void LetGoOfRead(Body& body) const { body.LetGo(piece_, blob_piece_); }

 private:
  size_t ReadText(absl::string_view text, char* to, size_t capacity);
  size_t ReadBlob(const Blob& blob, char* to, size_t capacity);
  void ReadSharedGroup(const Blob& blob, char* to);
  void TakeOfBlob(const Blob& blob, size_t bytes);

  const Body* body_;
  size_t piece_ = 0;       // Current piece.
  size_t text_at_ = 0;     // Offset in its text.
  size_t blob_piece_ = 0;  // Current piece of its blob,
  size_t blob_at_ = 0;     // and the offset in it.
  size_t taken_ = 0;
};

// Writes one JSON object. Strings are escaped; they must be valid UTF-8. Every BeginObject needs
// its EndObject.
class ObjectWriter {
 public:
  ObjectWriter();
  ObjectWriter& String(absl::string_view key, absl::string_view value);
  ObjectWriter& Bool(absl::string_view key, bool value);
  ObjectWriter& Integer(absl::string_view key, int64_t value);
  // "key":"<prefix><base64 of blob>".
  ObjectWriter& Base64(absl::string_view key, absl::string_view prefix, Blob blob);
  ObjectWriter& BeginObject(absl::string_view key);
  ObjectWriter& EndObject();
  Body Finish() &&;

 private:
  void Key(absl::string_view key);

  std::vector<BodyPiece> pieces_;
  std::string text_;
  bool first_ = true;
};

}  // namespace kyc::json

#endif  // SERVER_JSON_BODY_H_
