// Lines for whoever reads standard error, who may be slow, or gone.
#ifndef SERVER_STDERR_LINES_H_
#define SERVER_STDERR_LINES_H_

#include <cstddef>
#include <memory>
#include <string>

namespace kyc {

// Writes on a thread of its own, which alone may wait for the reader. While that one is too slow
// the oldest lines are lost, and a line says how many; nobody else ever waits but the destructor,
// for at most a second. So lines may be lost at the end, but never the end itself.
class StderrLines {
 public:
  // Lines that may wait.
  static constexpr size_t kMaxWaiting = 8192;

  // `descriptor` stays open for as long as the process lives: the thread may be stuck in a write
  // when this is gone.
  explicit StderrLines(int descriptor = 2);
  ~StderrLines();
  StderrLines(const StderrLines&) = delete;
  StderrLines& operator=(const StderrLines&) = delete;

  // `line` ends with its newline. Thread-safe; returns at once.
  void Write(std::string line);
  // Waits until every line that was given is written, at most a second. Thread-safe.
  void AwaitWritten();

 private:
  class Queue;
  const std::shared_ptr<Queue> queue_;
};

}  // namespace kyc

#endif  // SERVER_STDERR_LINES_H_
