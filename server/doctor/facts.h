// What the system says, for the pure checks beside it. All block, shortly.
#ifndef SERVER_DOCTOR_FACTS_H_
#define SERVER_DOCTOR_FACTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/optional.h"
#include "server/config/settings.h"
#include "server/doctor/files.h"
#include "server/doctor/machine.h"
#include "server/doctor/ports.h"

namespace kyc::doctor {

// Of those that are there.
std::vector<FileFacts> FactsOfFiles(const std::vector<std::string>& paths);

User AskedBy();
// Whose a file is; none where it is not there.
absl::optional<User> OwnerOf(const std::string& path);

ClockFacts::Kept KeptClock();
absl::Time NewestOf(const std::vector<std::string>& paths);
DiskFacts FactsOfDisk(const std::string& folder);
int64_t SizeOf(const std::string& path);
// The hard one.
int64_t LimitOfOpenFiles();

// Tries the address: who listens there already, or else whether one may, for a moment.
PortFacts FactsOfPort(const std::string& address);

}  // namespace kyc::doctor

#endif  // SERVER_DOCTOR_FACTS_H_
