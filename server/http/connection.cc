#include "server/http/connection.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <string>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "server/http/reply_carrier.h"
#include "server/http/reply_text.h"
#include "server/http/request_parser.h"
#include "server/http/request_reader.h"
#include "server/http/request_rules.h"

// g++ 12 takes Asio's own pair of operators new and delete for coroutine frames as mismatched.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace kyc::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// How long, and how much, is read from a peer after its last answer, so that the answer is not lost
// in a reset.
constexpr auto kLinger = std::chrono::seconds(2);
constexpr size_t kLingerBytes = 4 << 20;

// Owned by the coroutine that serves it.
class HttpConnection : public Connection, public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(Socket socket, Peer peer, Shared* shared)
      : wire_(std::move(socket)),
        socket_(wire_.socket()),
        peer_(std::move(peer)),
        wake_(socket_.get_executor()),
        reader_(wire_, shared->options),
        shared_(shared) {
    shared_->connections.insert(this);
    Allow(shared_->options.read_timeout);
  }
  ~HttpConnection() override { shared_->connections.erase(this); }

  void Tick(Clock::time_point now) override {
    if (now >= deadline_) Interrupt();
  }
  void CloseIfIdle() override {
    if (idle_) Interrupt();
  }
  Clock::time_point IdleSince() const override { return idle_since_; }
  const std::string& source() const override { return peer_.source; }
  void GiveWay() override {
    Interrupt();
    error_code ignored;
    socket_.close(ignored);
    shared_->connections.erase(this);
  }
  void StartIdle() { idle_since_ = Clock::now(); }
  void TakeReply(absl::optional<HttpReply> reply) override {
    reply_ = std::move(reply);
    wake_.cancel();
  }

  // Agrees on keys with the peer, where the listener speaks TLS. False: the connection ends.
  Task<bool> Begin();
  // Answers one request. False: the connection ends.
  Task<bool> ServeOne();
  // Answers what the listener itself refuses. Always false: the connection ends.
  Task<bool> Refuse(int status);
  // Tells the handler of the request that was refused unread.
  Task<void> TellTurnedAway(int status);
  // Ends the connection without losing the last answer.
  Task<void> Linger();

 private:
  // Nullopt: there is no reply in time.
  Task<absl::optional<HttpReply>> Handle(HttpCall call);
  Task<bool> Answer(HttpReply reply, ReplyFraming framing);
  // Until the peer leaves, takes nothing, or has to.
  Task<void> GoOn(const Pieces& pieces);
  // Ends a request that the handler does not reply to: `refused` as its reader has it.
  Task<bool> EndUnhandled(int refused, HttpCall head);

  HttpCall Glimpse() const {
    HttpCall head;
    head.from = peer_.address;
    head.headers = GlimpseHeaders(reader_.buffered());
    return head;
  }
  void Tell(int status, const HttpCall& head) const {
    if (shared_->handler.not_handled != nullptr) shared_->handler.not_handled(status, head);
  }
  // Ends the running read, write or wait for a turn.
  void Interrupt() {
    error_code ignored;
    socket_.cancel(ignored);
    wake_.cancel();
  }
  void Allow(absl::Duration time) { deadline_ = Clock::now() + absl::ToChronoNanoseconds(time); }

  Wire wire_;
  Socket& socket_;  // Under it.
  const Peer peer_;
  Timer wake_;  // Cancelled when the reply is there, or the turn.
  RequestReader reader_;
  Shared* shared_;
  Clock::time_point deadline_;
  Clock::time_point idle_since_ = Clock::time_point::max();
  absl::optional<HttpReply> reply_;
  bool idle_ = true;  // Waits for the first byte of a request.
};

Task<bool> HttpConnection::Begin() {
  Handshakes* const handshakes = shared_->handshakes;
  if (handshakes == nullptr) co_return true;
  StartIdle();
  if (!co_await handshakes->AwaitTurn(peer_.source, wake_)) co_return false;
  tls::Owned<SSL> session = handshakes->Begin();
  if (session == nullptr) co_return false;
  Allow(shared_->options.handshake_timeout);
  const error_code end = co_await wire_.Agree(std::move(session));
  handshakes->Tell(end, peer_.address);
  Allow(shared_->options.read_timeout);
  co_return !end;
}

Task<bool> HttpConnection::ServeOne() {
  idle_ = true;
  StartIdle();
  size_t lines_left = kMaxEmptyLines;
  while (!reader_.HasBegun(lines_left)) {
    if (shared_->draining || !co_await reader_.ReadMore()) co_return false;
  }
  idle_ = false;
  const Busy busy(shared_);
  Allow(shared_->options.read_timeout);

  size_t head_size = 0;
  int refused = co_await reader_.ReadHead(head_size);
  idle_since_ = Clock::time_point::max();
  if (refused != 0) co_return co_await EndUnhandled(refused, Glimpse());
  Parser parser;
  HttpCall call;
  call.from = peer_.address;
  refused = reader_.TakeHead(head_size, parser, call);
  if (refused == 0 && !shared_->handler.judges_flaws) refused = call.flaw;
  if (refused != 0) co_return co_await EndUnhandled(refused, std::move(call));

  // Taken before the body, whose trailers could change it.
  ReplyFraming framing;
  framing.keep_alive = parser.keep_alive();
  framing.http_1_0 = parser.get().version() == 10;
  framing.head_only = call.method == "HEAD";
  if (absl::optional<HttpReply> reply = shared_->handler.check_head(call); reply.has_value()) {
    framing.keep_alive = false;  // Whoever may not ask does not hold a connection.
    co_return co_await Answer(*std::move(reply), framing);
  }
  refused = co_await reader_.ReadBody(parser, call);
  if (refused != 0) co_return co_await EndUnhandled(refused, std::move(call));
  call.body = std::move(parser.get().body());
  framing.keep_alive = framing.keep_alive && call.flaw == 0;
  HttpCall head;  // The call itself will be the handler's.
  head.sender = call.sender;
  absl::optional<HttpReply> reply = co_await Handle(std::move(call));
  if (!reply.has_value()) {
    head.headers = HeadersOf(parser);
    co_return co_await EndUnhandled(500, std::move(head));
  }
  co_return co_await Answer(*std::move(reply), framing);
}

Task<absl::optional<HttpReply>> HttpConnection::Handle(HttpCall call) {
  deadline_ = Clock::time_point::max();
  wake_.expires_after(absl::ToChronoNanoseconds(shared_->options.reply_timeout));
  shared_->handler.handle(std::move(call),
                          ReplyCarrier(ToConnection(shared_->gate, weak_from_this())));
  // The reply comes over the gate: never before this.
  co_await wake_.async_wait(kAwait);
  co_return std::exchange(reply_, absl::nullopt);
}

Task<bool> HttpConnection::Answer(HttpReply reply, ReplyFraming framing) {
  framing.keep_alive = framing.keep_alive && !shared_->draining && reply.pieces == nullptr;
  const std::string text = ReplyText(reply, framing, absl::Now());
  Allow(shared_->options.write_timeout);
  const auto [error, size] = co_await asio::async_write(wire_, asio::buffer(text), kAwait);
  if (!error && reply.pieces != nullptr && !framing.head_only) co_await GoOn(*reply.pieces);
  Allow(shared_->options.idle_timeout);
  co_return !error && framing.keep_alive;
}

Task<void> HttpConnection::GoOn(const Pieces& pieces) {
  idle_ = true;
  StartIdle();
  while (!shared_->draining && socket_.is_open()) {
    const std::string piece = pieces.next();
    Allow(shared_->options.write_timeout);
    const auto [error, size] = co_await asio::async_write(wire_, asio::buffer(piece), kAwait);
    if (error) co_return;
    deadline_ = Clock::time_point::max();
    wake_.expires_after(absl::ToChronoNanoseconds(pieces.every));
    co_await wake_.async_wait(kAwait);
  }
}

Task<bool> HttpConnection::Refuse(int status) {
  co_return co_await Answer(shared_->handler.refuse(status), {.keep_alive = false});
}

Task<bool> HttpConnection::EndUnhandled(int refused, HttpCall head) {
  Tell(std::max(refused, 0), head);
  if (refused == kGone) co_return false;
  co_return co_await Refuse(refused);
}

Task<void> HttpConnection::TellTurnedAway(int status) {
  deadline_ = Clock::now() + kLinger;
  size_t head_size = 0;
  co_await reader_.ReadHead(head_size);
  if (!reader_.buffered().empty()) Tell(status, Glimpse());
}

Task<void> HttpConnection::Linger() {
  deadline_ = Clock::now() + kLinger;
  co_await wire_.EndSending();
  co_await reader_.Discard(kLingerBytes);
}

}  // namespace

Task<void> Serve(Socket socket, Peer peer, Shared* shared) {
  const auto connection =
      std::make_shared<HttpConnection>(std::move(socket), std::move(peer), shared);
  if (co_await connection->Begin()) {
    while (co_await connection->ServeOne()) {
    }
  }
  connection->StartIdle();
  co_await connection->Linger();
}

Task<void> TurnAway(Socket socket, Peer peer, Shared* shared) {
  ++shared->turned_away;
  const absl::Cleanup leave = [shared] { --shared->turned_away; };
  const auto connection =
      std::make_shared<HttpConnection>(std::move(socket), std::move(peer), shared);
  if (!co_await connection->Begin()) co_return;
  co_await connection->Refuse(429);
  co_await connection->TellTurnedAway(429);
  co_await connection->Linger();
}

}  // namespace kyc::http
