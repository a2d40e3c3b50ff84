#include "server/call/worker_pool.h"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <utility>

namespace kyc {

class WorkerPool::Threads {
 public:
  explicit Threads(int threads) : pool(threads) {}
  boost::asio::thread_pool pool;
};

WorkerPool::WorkerPool(int threads) : threads_(std::make_unique<Threads>(threads)) {}

WorkerPool::~WorkerPool() { threads_->pool.join(); }

void WorkerPool::Post(absl::AnyInvocable<void() &&> job) {
  boost::asio::post(threads_->pool, [job = std::move(job)]() mutable { std::move(job)(); });
}

}  // namespace kyc
