// CPU that other processes have used.
#ifndef TOOLS_BENCHMARKS_PROCESS_CPU_H_
#define TOOLS_BENCHMARKS_PROCESS_CPU_H_

#include <sys/types.h>

#include <cstdint>

namespace kyc::bench {

// Of a process, user and system, that of its children that it has seen end included, in ticks of
// _SC_CLK_TCK; 0 if it has ended itself.
int64_t CpuTicks(pid_t process);
double SecondsOf(int64_t ticks);

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_PROCESS_CPU_H_
