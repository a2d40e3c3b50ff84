// Files that commands read.
#ifndef CLIENTS_KYC_COMMANDS_FILES_H_
#define CLIENTS_KYC_COMMANDS_FILES_H_

#include <iosfwd>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace kyc::cli {

// The whole of a file of at most 16 MiB, more than the gateway takes. "-" is `in`. NOT_FOUND or
// INVALID_ARGUMENT names the file.
absl::StatusOr<std::string> ReadWhole(const std::string& path, std::istream& in);

// The same of a file that may be left out: `take` is told its content where `path` is not empty.
absl::Status ReadIfNamed(const std::string& path, std::istream& in,
                         absl::FunctionRef<void(std::string)> take);

// Folders become the pictures in them (.jpg, .jpeg, .png, .webp), in the order of their names;
// files stay. NOT_FOUND for what is not there.
absl::StatusOr<std::vector<std::string>> PicturesIn(absl::Span<const std::string> paths);

// "customer-1" of "folder/customer-1.jpg".
std::string StemOf(const std::string& path);

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_COMMANDS_FILES_H_
