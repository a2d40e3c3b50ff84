#include "server/upstream/resolver.h"

#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/status/status.h"

namespace kyc::upstream {
namespace {

// More would only make each call to libcurl longer.
constexpr size_t kMostAddresses = 16;

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

Resolver::Answer Ask(const std::string& host) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (const int failed = getaddrinfo(host.c_str(), nullptr, &hints, &list); failed != 0) {
    return absl::NotFoundError(gai_strerror(failed));
  }
  const std::unique_ptr<addrinfo, FreeAddresses> owner(list);
  std::vector<std::string> addresses;
  for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
    char text[NI_MAXHOST];
    if (getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) !=
        0) {
      continue;
    }
    const std::string address(text);
    if (address.find('%') != address.npos) continue;  // Link-local: libcurl cannot read its scope.
    if (addresses.size() < kMostAddresses) addresses.push_back(address);
  }
  if (addresses.empty()) return absl::NotFoundError("no usable address");
  return addresses;
}

}  // namespace

struct Resolver::State {
  std::mutex mutex;
  OnAnswer on_answer;                  // Guarded by mutex; null once the resolver is destroyed,
  std::deque<std::string> line;        // hosts that wait for their turn,
  std::map<std::string, int> running;  // how many look-ups run, by host,
  int threads = 0;                     // and these too.

  // These with the mutex held.
  bool MayAsk(const std::string& host) const {
    const auto runs = running.find(host);
    if (runs != running.end() && runs->second >= kMostOfAHost) return false;
    return std::find(line.begin(), line.end(), host) == line.end();
  }
  void Tell(const std::string& host, Answer answer) {
    if (on_answer) on_answer(host, std::move(answer));
  }

  static void Work(const std::shared_ptr<State>& state) {
    pthread_setname_np(pthread_self(), "kyc-resolver");
    std::unique_lock lock(state->mutex);
    while (!state->line.empty()) {
      const std::string host = std::move(state->line.front());
      state->line.pop_front();
      ++state->running[host];
      lock.unlock();
      Answer answer = Ask(host);
      lock.lock();
      if (--state->running[host] == 0) state->running.erase(host);
      state->Tell(host, std::move(answer));
    }
    --state->threads;
  }
};

Resolver::Resolver(OnAnswer on_answer) : state_(std::make_shared<State>()) {
  state_->on_answer = std::move(on_answer);
}

Resolver::~Resolver() {
  const std::lock_guard lock(state_->mutex);
  state_->on_answer = nullptr;
  state_->line.clear();
}

void Resolver::LookUp(const std::string& host) {
  const std::lock_guard lock(state_->mutex);
  if (!state_->MayAsk(host)) return;
  state_->line.push_back(host);
  if (state_->threads >= kMostAtOnce) return;
  try {
    std::thread([state = state_] { State::Work(state); }).detach();
    ++state_->threads;
  } catch (const std::system_error&) {
    if (state_->threads > 0) return;  // One of them will do it.
    state_->line.clear();
    state_->Tell(host, absl::ResourceExhaustedError("no thread can be made"));
  }
}

}  // namespace kyc::upstream
