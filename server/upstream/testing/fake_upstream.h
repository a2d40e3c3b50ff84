// An HTTP upstream on a real port that misbehaves exactly as a test tells it.
#ifndef SERVER_UPSTREAM_TESTING_FAKE_UPSTREAM_H_
#define SERVER_UPSTREAM_TESTING_FAKE_UPSTREAM_H_

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace kyc::upstream {

// A request as it arrived.
struct SeenRequest {
  int connection = 0;  // 0 for the first one accepted.
  int index = 0;       // 0 for the first request on its connection.
  std::string head;    // Request line and headers.
  std::string body;
  bool whole = false;  // All of Content-Length arrived.
};

// One accepted connection. Blocking; belongs to its own thread.
class FakeConnection {
 public:
  FakeConnection(int socket, int number) : socket_(socket), number_(number) {}
  ~FakeConnection();
  FakeConnection(const FakeConnection&) = delete;
  FakeConnection& operator=(const FakeConnection&) = delete;

  int number() const { return number_; }
  // Waits until the next request's first byte is there; false if the peer closed.
  bool WaitForByte();
  // Reads the head of a request; nullopt if the peer closed or reset.
  absl::optional<SeenRequest> ReadHead();
  // Reads up to `limit` bytes of its body.
  void ReadBody(SeenRequest& request, size_t limit = size_t(-1));
  void Write(absl::string_view bytes);
  // Writes byte by byte, each in a packet of its own.
  void WriteSlowly(absl::string_view bytes);
  // No more from us; the peer may still send.
  void EndWriting();
  // Reads and drops until the peer closes.
  void Drain();
  void Close();
  // Closes with RST instead of FIN.
  void Reset();
  // From any thread: wakes whoever waits for this connection, with its end.
  void Abort();

 private:
  const int socket_;
  const int number_;
  std::mutex mutex_;
  bool open_ = true;  // Guarded by mutex_.
  int next_index_ = 0;
  std::string buffer_;  // Read, but not yet asked for.
};

// Accepts on 127.0.0.1 and gives each connection to the script in a thread of its own. Ends all
// connections when destroyed. Thread-safe.
class FakeUpstream {
 public:
  // Called for each connection, which is closed when it returns.
  using Script = std::function<void(FakeUpstream&, FakeConnection&)>;

  explicit FakeUpstream(Script script);
  ~FakeUpstream();
  FakeUpstream(const FakeUpstream&) = delete;
  FakeUpstream& operator=(const FakeUpstream&) = delete;

  // Ends all connections and waits for their scripts: afterwards nothing more is noted.
  void Stop();

  // "http://127.0.0.1:PORT/path".
  std::string url() const;

  // Reads a whole request and notes it; nullopt if none comes any more. Notes a cut one too.
  absl::optional<SeenRequest> Receive(FakeConnection& connection);
  void Note(SeenRequest request);

  std::vector<SeenRequest> seen() const;
  // How many whole bodies equal to this one arrived.
  int WholeBodies(absl::string_view body) const;
  int connections() const;
  // Waits until that many requests were noted.
  void AwaitSeen(size_t count) const;

 private:
  void Accept();

  const Script script_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<SeenRequest> seen_;     // Guarded by mutex_,
  std::map<std::string, int> whole_;  // whole bodies, by content,
  std::vector<std::shared_ptr<FakeConnection>> connections_;
  std::vector<std::thread> threads_;  // and these too.
  std::thread acceptor_;
};

// "HTTP/1.1 200 OK" with a Content-Length.
std::string Reply(absl::string_view body, absl::string_view status = "200 OK");

// Answers every request of a connection alike.
FakeUpstream::Script AnswerAll(std::string reply);

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_TESTING_FAKE_UPSTREAM_H_
