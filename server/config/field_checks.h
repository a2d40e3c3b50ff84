// Checks and converts single fields, and collects what is wrong with them.
#ifndef SERVER_CONFIG_FIELD_CHECKS_H_
#define SERVER_CONFIG_FIELD_CHECKS_H_

#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "server/call/secret.h"

namespace kyc::config {

// A file as it is on disk.
struct File {
  Secret content;     // Of most files it is none, but nobody knows before.
  unsigned mode = 0;  // As of chmod.
};
// Reads a file; the error's message says why not, as a phrase that follows the file's name.
using ReadFile = std::function<absl::StatusOr<File>(const std::string& path)>;

// What a secret must be.
enum class SecretForm {
  kText,         // Anything but empty.
  kHeaderValue,  // Visible ASCII without spaces around it.
  kBearerToken,  // The same, of at least 128 bits.
  k16Bytes,
  k32BytesInBase64,
};

// A range of whole numbers, and what stands for a number that is not set (0).
struct NumberRule {
  int64_t preset;
  int64_t least;
  int64_t most;
};

// The same of durations.
struct SpanRule {
  absl::Duration preset;
  absl::Duration least;
  absl::Duration most;
};

// Lives while one configuration is checked. One thread. Every check adds at most one fault,
// "field: what is wrong", which quotes no value, and then returns something harmless.
class FieldChecks {
 public:
  // Relative paths are relative to `folder`; empty: to the working directory.
  FieldChecks(std::filesystem::path folder, const ReadFile& read_file)
      : folder_(std::move(folder)), read_file_(read_file) {}

  const std::vector<std::string>& faults() const { return faults_; }

  void Add(absl::string_view field, absl::string_view what);
  // Adds `what` unless it is empty.
  void AddIfAny(absl::string_view field, absl::string_view what);

  std::string Path(absl::string_view field, const std::string& path);
  Secret ReadSecret(absl::string_view field, const std::string& path, SecretForm form);
  // A PEM file of certificates; its path. Empty where none is set.
  std::string CertificateFile(absl::string_view field, const std::string& path);
  int64_t Number(absl::string_view field, int64_t value, const NumberRule& rule);
  absl::Duration Span(absl::string_view field, bool is_set, const google::protobuf::Duration& value,
                      const SpanRule& rule);
  // A name that must be well-formed, and new among `names`.
  std::string UniqueName(absl::string_view field, const std::string& name,
                         std::set<std::string>& names);

 private:
  void AddOfFile(absl::string_view field, absl::string_view what);

  std::filesystem::path folder_;
  const ReadFile& read_file_;
  std::vector<std::string> faults_;
};

}  // namespace kyc::config

#endif  // SERVER_CONFIG_FIELD_CHECKS_H_
