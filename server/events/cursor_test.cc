#include "server/events/cursor.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "server/call/error.h"

namespace kyc::events {
namespace {

const char kLogId[] = "0123456789abcdef";

Secret Key() { return Secret(std::string(32, 'k')); }

Cursor SomeCursor() { return {.log_id = kLogId, .partition = 3, .position = {42, 0xfedcba98u}}; }

TEST(CursorTest, TextComesBackAsTheSameCursor) {
  const std::vector<Position> positions = {
      {0, 0}, {1, 1}, {std::numeric_limits<int64_t>::max(), std::numeric_limits<uint64_t>::max()}};
  for (const Position& position : positions) {
    const Cursor cursor = {.log_id = kLogId, .partition = 4'000'000'000u, .position = position};
    const absl::StatusOr<Cursor> read = CursorFromText(ToText(cursor, Key()), Key());
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->log_id, cursor.log_id);
    EXPECT_EQ(read->partition, cursor.partition);
    EXPECT_EQ(read->position, position);
  }
}

TEST(CursorTest, TextNeedsNoEscapingInAUrl) {
  const std::string text = ToText(SomeCursor(), Key());
  EXPECT_EQ(text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                   "-_"),
            std::string::npos);
}

void ExpectInvalid(const std::string& text) {
  const absl::Status status = CursorFromText(text, Key()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
  EXPECT_EQ(ReasonOf(status), "CURSOR_INVALID") << text;
}

TEST(CursorTest, AnyCharacterChangedIsInvalid) {
  const std::string text = ToText(SomeCursor(), Key());
  for (size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    ExpectInvalid(changed);
  }
}

TEST(CursorTest, AnyOtherTextIsInvalid) {
  const std::string text = ToText(SomeCursor(), Key());
  ExpectInvalid("");
  ExpectInvalid("not base64!");
  ExpectInvalid(text.substr(0, text.size() - 1));
  ExpectInvalid(text + "A");
  ExpectInvalid(text + "AAAA");
  ExpectInvalid(text + "=");
  ExpectInvalid(" " + text);
  ExpectInvalid(text + "\n");
}

TEST(CursorTest, CursorUnderAnotherKeyIsInvalid) {
  ExpectInvalid(ToText(SomeCursor(), Secret(std::string(32, 'x'))));
}

}  // namespace
}  // namespace kyc::events
