// Plays the three companies for tests and for ./tools/run. Never for production: its checks are
// honest, its secrets have defaults, and /sim/last shows what it received.
#include <malloc.h>
#include <sys/resource.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/system/system_error.hpp>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "tools/simulator/magic.h"
#include "tools/simulator/options.h"
#include "tools/simulator/simulator.h"
#include "tools/version/version.h"

namespace {

using kyc::simulator::CommandLine;

// A thousand connections need more file descriptors than a shell grants at first.
void AllowManyConnections() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Keeps memory for the next picture: giving it back and faulting it in again costs more than
// reading the picture.
void KeepMemory() {
  mallopt(M_MMAP_THRESHOLD, 64 << 20);
  mallopt(M_TRIM_THRESHOLD, 512 << 20);
}

int Run(const CommandLine& line) {
  boost::asio::io_context io;
  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&io](const boost::system::error_code&, int) { io.stop(); });
  kyc::simulator::Simulator simulator(io, line.options);
  std::fprintf(stderr, "simulator: listening on %s:%u\n", line.options.host.c_str(),
               unsigned{simulator.port()});
  if (!line.port_file.empty()) {
    // Whoever waits for the file never sees half of it.
    const std::string half = line.port_file + ".part";
    std::ofstream(half) << simulator.port() << "\n";
    if (std::rename(half.c_str(), line.port_file.c_str()) != 0) {
      std::fprintf(stderr, "simulator: cannot write %s\n", line.port_file.c_str());
      return 1;
    }
  }
  std::vector<std::jthread> others;
  for (int i = 1; i < line.threads; ++i) others.emplace_back([&io] { io.run(); });
  io.run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const CommandLine line = kyc::simulator::ReadCommandLine({argv + 1, argv + argc});
  if (!line.fault.empty()) {
    std::cerr << "simulator: " << line.fault << "; see --help\n";
    return 2;
  }
  if (line.help || line.version || line.list_magic) {
    std::cout << (line.help      ? kyc::simulator::Usage()
                  : line.version ? kyc::VersionLine("simulator")
                                 : kyc::simulator::ListMagic());
    return 0;
  }
  AllowManyConnections();
  KeepMemory();
  try {
    return Run(line);
  } catch (const boost::system::system_error& error) {
    std::cerr << "simulator: " << error.what() << "\n";
    return 1;
  }
}
