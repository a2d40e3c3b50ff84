// libgrpc's own server, and what its clients send: over plaintext and over TLS.
#include "server/frames/counted_reads.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "server/frames/frame_counter.h"
#include "server/frames/proof.h"
#include "server/frames/testing/h2_bytes.h"

namespace kyc::frames {
namespace {

// Both ends of a connection, of which the first is counted.
class Pair {
 public:
  explicit Pair(const std::string& source = "some") {
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_), 0);
    EXPECT_TRUE(CountReadsOf(ends_[0], source));
  }
  ~Pair() {
    close(ends_[0]);
    close(ends_[1]);
  }

  void Send(absl::string_view bytes) {
    ASSERT_EQ(send(ends_[1], bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  }
  // As libgrpc reads: into several pieces.
  ssize_t Read(int flags = 0) {
    iovec pieces[] = {{bytes_, 10}, {bytes_ + 10, sizeof(bytes_) - 10}};
    msghdr message = {};
    message.msg_iov = pieces;
    message.msg_iovlen = 2;
    return recvmsg(ends_[0], &message, MSG_DONTWAIT | flags);
  }
  int counted() const { return ends_[0]; }

 private:
  int ends_[2] = {-1, -1};
  char bytes_[65536];
};

TEST(CountedReads, LibgrpcsReadingInPlaintextIsCounted) {
  EXPECT_EQ(ProveReadsAreCounted(Wire::kPlain), absl::OkStatus());
}

TEST(CountedReads, LibgrpcsReadingInTlsIsCounted) {
  EXPECT_EQ(ProveReadsAreCounted(Wire::kTls), absl::OkStatus());
}

TEST(CountedReads, WhatIsTooMuchEndsTheConnectionOnce) {
  const Seen before = SeenSoFar();
  Pair pair;
  pair.Send(kH2Preface);
  EXPECT_EQ(pair.Read(), 24);
  pair.Send(FrameHead(kMaxHeaderBlock + 1, kHeaders, 0, 1));
  EXPECT_EQ(pair.Read(), -1);
  EXPECT_EQ(errno, ECONNRESET);
  pair.Send("more");
  EXPECT_EQ(pair.Read(), -1);
  const Seen after = SeenSoFar();
  EXPECT_EQ(after.header_block, before.header_block + 1);
  EXPECT_EQ(after.begun_plain, before.begun_plain + 1);
}

TEST(CountedReads, EachReasonHasItsNumber) {
  const Seen before = SeenSoFar();
  {
    Pair pair;
    pair.Send("GET / HTTP/1.1\r\n\r\n");
    EXPECT_EQ(pair.Read(), -1);
  }
  {
    Pair pair;
    pair.Send(kH2Preface + Times(3001, FrameHead(0, kSettings, 0, 0)));
    EXPECT_EQ(pair.Read(), -1);
  }
  const Seen after = SeenSoFar();
  EXPECT_EQ(after.not_http2, before.not_http2 + 1);
  EXPECT_EQ(after.control_frames, before.control_frames + 1);
}

// Each stays below its own bounds.
TEST(CountedReads, ManyOfOneSourceAreTooMuchTogetherAndOthersGoOn) {
  const Seen before = SeenSoFar();
  const std::string attack = kH2Preface + Times(2'900, Frame(kReset, 0, 1, "code"));
  int ended = 0;
  for (int i = 0; i < 10; ++i) {
    Pair pair("hostile");
    pair.Send(attack);
    if (pair.Read() < 0) ++ended;
  }
  EXPECT_GE(ended, 5);
  EXPECT_EQ(SeenSoFar().source, before.source + ended);
  Pair other("other");
  other.Send(attack);
  EXPECT_EQ(other.Read(), static_cast<ssize_t>(attack.size()));
}

TEST(CountedReads, WhatIsOnlyLookedAtIsCountedOnceItIsTaken) {
  const Seen before = SeenSoFar();
  Pair pair;
  pair.Send(kH2Preface);
  EXPECT_EQ(pair.Read(MSG_PEEK), 24);
  EXPECT_EQ(pair.Read(MSG_PEEK), 24);
  EXPECT_EQ(SeenSoFar().begun_plain, before.begun_plain);
  EXPECT_EQ(pair.Read(), 24);
  EXPECT_EQ(SeenSoFar().begun_plain, before.begun_plain + 1);
}

TEST(CountedReads, AnErrorOfTheRealOneIsPassedOn) {
  Pair pair;
  EXPECT_EQ(pair.Read(), -1);
  EXPECT_EQ(errno, EAGAIN);
}

// The number of a descriptor that was closed is given to the next one.
TEST(CountedReads, EndWithTheDescriptor) {
  int number;
  {
    Pair pair;
    number = pair.counted();
  }
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  ASSERT_EQ(ends[0], number);
  ASSERT_EQ(send(ends[1], "no frames", 9, 0), 9);
  char bytes[16];
  iovec piece = {bytes, sizeof(bytes)};
  msghdr message = {};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  EXPECT_EQ(recvmsg(ends[0], &message, 0), 9);
  close(ends[0]);
  close(ends[1]);
}

TEST(CountedReads, NumbersBeyondTheTableAreRefused) {
  EXPECT_FALSE(CountReadsOf(kMaxDescriptor, ""));
  EXPECT_FALSE(CountReadsOf(-1, ""));
}

}  // namespace
}  // namespace kyc::frames
