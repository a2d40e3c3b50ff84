// Clock, disk and limits of this machine. Pure.
#ifndef SERVER_DOCTOR_MACHINE_H_
#define SERVER_DOCTOR_MACHINE_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "server/config/settings.h"
#include "server/doctor/finding.h"

namespace kyc::doctor {

struct ClockFacts {
  enum class Kept { kInStep, kByNobody, kUnknown };
  Kept kept = Kept::kUnknown;  // By the kernel's word.
  absl::Time now;
  absl::Time newest_file;  // Of the configuration's: written before now, surely.
  bool alone = false;      // Everything that is spoken with is this machine.
};

// A wrong clock refuses good certificates, and stamps events wrongly.
Finding ClockFinding(const ClockFacts& facts);

// Where something is written.
struct DiskFacts {
  std::string folder;
  std::string error;  // Why nothing is known of it; else empty.
  bool writable = false;
  int64_t free_bytes = 0;
  int64_t free_files = 0;
  int64_t needed_bytes = 0;  // What is to have room there.
  enum class Kind { kDisk, kMemory, kNetwork };
  Kind kind = Kind::kDisk;
};

// `of` is the field that names it. `alone` as above: then what is kept may go with the machine.
Finding DiskFinding(const std::string& of, const DiskFacts& facts, bool alone);

// `limit` is the hard limit of open files. `alone` as above: then nobody comes in such numbers.
Finding OpenFilesFinding(const config::Settings& settings, int64_t limit, bool alone);

}  // namespace kyc::doctor

#endif  // SERVER_DOCTOR_MACHINE_H_
