// The command line.
#ifndef TOOLS_SIMULATOR_OPTIONS_H_
#define TOOLS_SIMULATOR_OPTIONS_H_

#include <string>
#include <vector>

#include "tools/simulator/simulator.h"

namespace kyc::simulator {

struct CommandLine {
  Options options;
  std::string port_file;
  int threads = 1;
  bool list_magic = false;
  bool help = false;
  bool version = false;
  std::string fault;  // Not empty: what is wrong, for people.
};

// Reads the secrets' files, too. A file's last line end is not part of the secret.
CommandLine ReadCommandLine(const std::vector<std::string>& arguments);

// What --help prints.
std::string Usage();

}  // namespace kyc::simulator

#endif  // TOOLS_SIMULATOR_OPTIONS_H_
