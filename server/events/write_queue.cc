#include "server/events/write_queue.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "server/call/error.h"

namespace kyc::events {
namespace {

absl::Status Closed() {
  Error error;
  error.code = absl::StatusCode::kUnavailable;
  error.reason = "LOG_UNAVAILABLE";
  error.message = "The event log is closed";
  return ToStatus(error);
}

absl::Status TooManyNotes() {
  Error error;
  error.code = absl::StatusCode::kUnavailable;
  error.reason = "LOG_UNAVAILABLE";
  error.message = "Too many entries wait to be written to the audit log";
  return ToStatus(error);
}

bool IsNote(const WriteRequest& request) { return std::holds_alternative<NoteRequest>(request); }

}  // namespace

absl::Status TooManyWait() {
  Error error;
  error.code = absl::StatusCode::kResourceExhausted;
  error.reason = "GATEWAY_OVERLOADED";
  error.message = "Too much waits to be written";
  error.metadata = {{"outcome", std::string(OutcomeText(Outcome::kNotSent))}};
  error.retry_after = absl::Seconds(1);
  return ToStatus(error);
}

void Answer(WriteRequest& request, const absl::Status& failure) {
  std::visit(
      [&failure](auto& each) {
        if (failure.ok()) {
          std::move(each.done)(std::move(each.answer));
        } else {
          std::move(each.done)(failure);
        }
      },
      request);
}

bool HasNotes(const std::vector<WriteRequest>& requests) {
  return std::any_of(requests.begin(), requests.end(), IsNote);
}

void AnswerNotes(std::vector<WriteRequest>& requests, const absl::Status& failure) {
  for (WriteRequest& request : requests) {
    if (IsNote(request)) Answer(request, failure);
  }
  requests.erase(std::remove_if(requests.begin(), requests.end(), IsNote), requests.end());
}

absl::Status WriteQueue::Push(WriteRequest& request) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) return Closed();
    if (waiting_.size() >= static_cast<size_t>(max_waiting_)) return TooManyWait();
    if (IsNote(request)) {
      if (notes_ >= std::max<size_t>(max_waiting_ / 4, 1)) return TooManyNotes();
      ++notes_;
    }
    waiting_.push_back(std::move(request));
    if (waiting_.size() > 1) return absl::OkStatus();  // The first one has woken the writer.
  }
  changed_.notify_one();
  return absl::OkStatus();
}

std::vector<WriteRequest> WriteQueue::Take(size_t limit, absl::Duration timeout) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait_for(lock, absl::ToChronoMicroseconds(timeout),
                    [this] { return closed_ || !waiting_.empty(); });
  std::vector<WriteRequest> taken;
  if (waiting_.size() <= limit) {
    taken.swap(waiting_);
  } else {
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(limit);
    std::move(waiting_.begin(), end, std::back_inserter(taken));
    waiting_.erase(waiting_.begin(), end);
  }
  if (notes_ > 0) {
    notes_ -= static_cast<size_t>(std::count_if(taken.begin(), taken.end(), IsNote));
  }
  return taken;
}

void WriteQueue::Close() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
  }
  changed_.notify_one();
}

bool WriteQueue::Drained() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return closed_ && waiting_.empty();
}

}  // namespace kyc::events
