#include "server/file_needs.h"

#include "absl/strings/str_cat.h"

namespace kyc {
namespace {

// The log, libraries, threads' wake-ups, connections to the event log's servers.
constexpr int64_t kOfTheGateway = 128;
constexpr int64_t kOperators = 1024;

int64_t Slots(const config::Settings& settings) {
  int64_t slots = 0;
  if (settings.finpay.has_value()) {
    slots +=
        static_cast<int64_t>(settings.finpay->accounts.size()) * settings.finpay->upstream.slots;
  }
  if (settings.widekyc.has_value()) {
    slots +=
        static_cast<int64_t>(settings.widekyc->accounts.size()) * settings.widekyc->upstream.slots;
  }
  return slots;
}

int64_t Connections(const config::Settings& settings) {
  int64_t files = 0;
  if (settings.grpc.has_value()) files += 2 * int64_t{settings.grpc->connections.max};
  if (settings.webhook.has_value()) files += settings.webhook->max_connections;
  if (settings.admin.has_value()) files += kOperators;
  return files;
}

}  // namespace

int64_t FilesNeeded(const config::Settings& settings) {
  return kOfTheGateway + Slots(settings) + Connections(settings);
}

std::string TooFewFiles(const config::Settings& settings, int64_t limit) {
  const int64_t needed = FilesNeeded(settings);
  if (limit >= needed) return "";
  return absl::StrCat(
      "the hard limit of open files is ", limit,
      ", and all that the configuration allows at once needs ", needed, ": ", Slots(settings),
      " for slots, ", Connections(settings),
      " for connections (of callers two each). Beyond the limit connections are turned away and "
      "calls are UNAVAILABLE: raise it (LimitNOFILE), or lower slots or max_connections");
}

}  // namespace kyc
