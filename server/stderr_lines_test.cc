#include "server/stderr_lines.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"

namespace kyc {
namespace {

// Its writing end stays open: a thread of the lines may be stuck in it.
class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) std::abort();
  }
  ~Pipe() { CloseReader(); }
  int writing_end() const { return ends_[1]; }
  void CloseReader() {
    if (ends_[0] >= 0) close(ends_[0]);
    ends_[0] = -1;
  }
  // Everything up to and with `last`.
  std::string ReadTo(const std::string& last) const {
    std::string text;
    std::array<char, 4096> bytes;
    while (!absl::EndsWith(text, last)) {
      const ssize_t size = read(ends_[0], bytes.data(), bytes.size());
      if (size <= 0) return text;
      text.append(bytes.data(), static_cast<size_t>(size));
    }
    return text;
  }

 private:
  std::array<int, 2> ends_;
};

class StderrLinesTest : public testing::Test {
 protected:
  void SetUp() override { signal(SIGPIPE, SIG_IGN); }  // As the gateway does.
};

TEST_F(StderrLinesTest, ComeInOrderAndBeforeTheEnd) {
  const Pipe pipe;
  {
    StderrLines lines(pipe.writing_end());
    for (int i = 0; i < 100; ++i) lines.Write(absl::StrCat(i, "\n"));
  }
  std::string expected;
  for (int i = 0; i < 100; ++i) absl::StrAppend(&expected, i, "\n");
  EXPECT_EQ(pipe.ReadTo("99\n"), expected);
}

TEST_F(StderrLinesTest, NobodyReadsAndItEnds) {
  const Pipe pipe;
  {
    StderrLines lines(pipe.writing_end());
    // More than a pipe holds, and than may wait.
    for (int i = 0; i < 20'000; ++i) lines.Write(std::string(100, 'x') + "\n");
  }
}

TEST_F(StderrLinesTest, ReaderThatIsGoneLosesAllThatFollows) {
  Pipe pipe;
  pipe.CloseReader();
  StderrLines lines(pipe.writing_end());
  for (int i = 0; i < 20'000; ++i) lines.Write("x\n");
  lines.AwaitWritten();
}

TEST_F(StderrLinesTest, OldestAreLostAndCounted) {
  const Pipe pipe;
  StderrLines lines(pipe.writing_end());
  constexpr int kLines = 20'000;
  for (int i = 0; i < kLines; ++i) lines.Write(absl::StrCat(i, std::string(100, 'x'), "\n"));
  lines.Write("last\n");
  const std::string text = pipe.ReadTo("last\n");
  int there = 0;
  int lost = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    int count = 0;
    if (words.size() > 1 && absl::SimpleAtoi(words[1], &count)) {
      EXPECT_EQ(line, absl::StrCat("kyc-gateway: ", count, " log lines were lost"));
      lost += count;
    } else {
      ++there;
    }
  }
  EXPECT_GT(lost, 0);
  EXPECT_EQ(there + lost, kLines + 1);
}

}  // namespace
}  // namespace kyc
