// Where a file is.
#ifndef SERVER_CALL_FOLDER_OF_H_
#define SERVER_CALL_FOLDER_OF_H_

#include <filesystem>
#include <string>

namespace kyc {

// The folder in which `path` is, or is to be, as it can be opened: of a name alone the working
// directory, ".".
inline std::string FolderOf(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder.string();
}

}  // namespace kyc

#endif  // SERVER_CALL_FOLDER_OF_H_
