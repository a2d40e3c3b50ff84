// The files of the operators' console.
#ifndef SERVER_ADMIN_CONSOLE_FILES_H_
#define SERVER_ADMIN_CONSOLE_FILES_H_

#include <string>
#include <vector>

namespace kyc::admin {

struct ConsoleFile {
  std::string path;
  std::string content_type;
  std::string text;
};

// Made by the build from what lies beside this header.
const std::vector<ConsoleFile>& ConsoleFiles();

}  // namespace kyc::admin

#endif  // SERVER_ADMIN_CONSOLE_FILES_H_
