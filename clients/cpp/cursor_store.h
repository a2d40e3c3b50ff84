// Where a watch keeps its place over restarts.
#ifndef CLIENTS_CPP_CURSOR_STORE_H_
#define CLIENTS_CPP_CURSOR_STORE_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/kyc/cursor_file.h"

namespace kyc_gateway {

// Keeps one cursor. Called by the thread that reads the watch.
class CursorStore {
 public:
  virtual ~CursorStore() = default;
  // The cursor that was saved last; empty if there is none yet.
  virtual absl::StatusOr<std::string> Load() = 0;
  // Returns once the cursor is kept.
  virtual absl::Status Save(const std::string& cursor) = 0;
};

// A file that `kyc watch --cursor-file` reads, too.
class CursorFile final : public CursorStore {
 public:
  explicit CursorFile(std::string path) : path_(std::move(path)) {}
  absl::StatusOr<std::string> Load() override { return kyc::client::ReadCursor(path_); }
  absl::Status Save(const std::string& cursor) override {
    return kyc::client::WriteCursor(path_, cursor);
  }

 private:
  const std::string path_;
};

// For a program that begins anew at each start, or keeps the cursor itself.
class CursorInMemory final : public CursorStore {
 public:
  absl::StatusOr<std::string> Load() override { return cursor_; }
  absl::Status Save(const std::string& cursor) override {
    cursor_ = cursor;
    return absl::OkStatus();
  }

 private:
  std::string cursor_;
};

}  // namespace kyc_gateway

#endif  // CLIENTS_CPP_CURSOR_STORE_H_
