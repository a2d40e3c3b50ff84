// What libgrpc 1.51 by itself cannot bear: the connection that does it ends, the others go on.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "absl/strings/string_view.h"
#include "server/frames/testing/h2_bytes.h"
#include "server/rpc/testing/raw_h2.h"
#include "server/rpc/testing/server_fixture.h"

namespace kyc::rpc {
namespace {

using frames::Frame;
using frames::Times;

// Of who is hostile: what one test's did counts against its source in the next one, too.
constexpr char kElsewhere[] = "127.0.0.2";
constexpr uint32_t kWindow = 65535;

class AttacksTest : public ServerTest {
 protected:
  AttacksTest() { methods_.push_back(Echo()); }

  // Sends it without a pause for as long as that is taken: others are served all the while, and the
  // connection ends.
  void KeepsNobodyWaiting(absl::string_view frame) {
    Start();
    RawH2 hostile(server_->port(), kWindow, kElsewhere);
    const std::string flood = Times(static_cast<int>((1 << 20) / frame.size()), frame);
    std::atomic<bool> tired{false}, ended{false};
    std::thread sender([&] {
      while (!tired && !ended) ended = !hostile.Send(flood);
    });
    for (int i = 0; i < 20'000 && !ended; ++i) {
      grpc::ClientContext patience;
      patience.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(15));
      EXPECT_TRUE(Call("/a.B/Echo", "", nullptr, &patience).ok());
    }
    EXPECT_TRUE(ended);
    tired = true;
    sender.join();
  }

  // Sends it on a connection of its own, which must end; then others are still served.
  void EndsOnlyItself(absl::string_view attack) {
    Start();
    RawH2 neighbour(server_->port()), hostile(server_->port(), kWindow, kElsewhere);
    neighbour.Send(neighbour.Call(1, "/a.B/Echo") + RawH2::Message(1, ""));
    hostile.Send(attack);
    EXPECT_TRUE(hostile.Await([&] { return hostile.closed; }));
    EXPECT_TRUE(neighbour.AwaitEnd(1));
    EXPECT_EQ(neighbour.streams[1].grpc_status(), 0);
    EXPECT_TRUE(Call("/a.B/Echo").ok());
  }
};

TEST_F(AttacksTest, AHeaderBlockOf24Megabytes) {
  const std::string part(16'384, '\x40');
  EndsOnlyItself(Frame(frames::kHeaders, 0, 1, part) +
                 Times(1'500, Frame(frames::kContinuation, 0, 1, part)));
}

TEST_F(AttacksTest, ContinuationsWithoutEnd) {
  EndsOnlyItself(Frame(frames::kHeaders, 0, 1, "") +
                 Times(100'000, Frame(frames::kContinuation, 0, 1, "")));
}

TEST_F(AttacksTest, AHundredThousandRapidResets) {
  RawH2 encoder(0);  // Makes frames; it is connected to nobody.
  std::string attack;
  for (int32_t stream = 1; stream < 200'000; stream += 2) {
    attack += encoder.Call(stream, "/a.B/Echo") + RawH2::Reset(stream);
  }
  EndsOnlyItself(attack);
  // Until all that reached the server are over.
  AwaitNothingOpen();
  EXPECT_LT(metrics_.ended.load(), 20'000);
}

TEST_F(AttacksTest, SettingsWithoutEnd) {
  EndsOnlyItself(Times(200'000, Frame(frames::kSettings, 0, 0, "")));
}

TEST_F(AttacksTest, PingsWithoutEnd) { EndsOnlyItself(Times(200'000, RawH2::Ping())); }

TEST_F(AttacksTest, EmptyDataWithoutEnd) {
  EndsOnlyItself(Times(200'000, Frame(frames::kData, 0, 1, "")));
}

TEST_F(AttacksTest, EmptyLastDataWithoutEnd) {
  KeepsNobodyWaiting(Frame(frames::kData, frames::kEndStreamFlag, 1, ""));
}

TEST_F(AttacksTest, WindowsWithoutEnd) {
  KeepsNobodyWaiting(Frame(frames::kWindowUpdate, 0, 1, std::string("\0\0\0\1", 4)));
}

TEST_F(AttacksTest, DataByteByByteWithoutEnd) {
  KeepsNobodyWaiting(Frame(frames::kData, 0, 1, "x"));
}

TEST_F(AttacksTest, HeadersOfOldStreamsWithoutEnd) {
  KeepsNobodyWaiting(Frame(frames::kHeaders, frames::kEndHeadersFlag, 1, "\x83"));
}

TEST_F(AttacksTest, ItsOwnNewConnectionIsServedThoughCallersHaveTakenEveryPlace) {
  limits_.connections.max = 1;
  Start();
  RawH2 only(server_->port());
  only.Send(only.Call(1, "/a.B/Echo") + RawH2::Message(1, ""));
  ASSERT_TRUE(only.AwaitEnd(1));
  RawH2 turned_away(server_->port());
  EXPECT_TRUE(turned_away.Await([&] { return turned_away.closed; }));
  EXPECT_TRUE(server_->Answers(0));
  EXPECT_EQ(server_->DeafListener(), "");
}

TEST_F(AttacksTest, CallersWhoseDeadlinesAllEndAtOnceGoOn) {
  Method silent = Unary<HealthCheckRequest, HealthCheckRequest>(
      "/a.B/Silent", [this](CallContext, HealthCheckRequest, Done<HealthCheckRequest> done) {
        server_->loop().After(absl::Seconds(30), [done = std::move(done)]() mutable {
          std::move(done)(HealthCheckRequest());
        });
      });
  methods_.push_back(std::move(silent));
  Start();
  RawH2 caller(server_->port());
  std::string calls, resets;
  constexpr int32_t kLast = 2 * 2'500 - 1;
  for (int32_t stream = 1; stream <= kLast; stream += 2) {
    calls += caller.Call(stream, "/a.B/Silent") + RawH2::Message(stream, "");
    resets += RawH2::Reset(stream);
  }
  caller.Send(calls + resets + caller.Call(kLast + 2, "/a.B/Echo") + RawH2::Message(kLast + 2, ""));
  ASSERT_TRUE(caller.AwaitEnd(kLast + 2));
  EXPECT_EQ(caller.streams[kLast + 2].grpc_status(), 0);
}

}  // namespace
}  // namespace kyc::rpc
