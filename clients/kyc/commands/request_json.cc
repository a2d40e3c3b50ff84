#include "clients/kyc/commands/request_json.h"

#include <google/protobuf/util/json_util.h>

#include "absl/strings/str_cat.h"
#include "clients/kyc/commands/files.h"

namespace kyc::cli {

void DeclareData(Options& options, std::string& path) {
  options.Text("--data", "FILE", path,
               "JSON of the whole request, -: standard input, so that no list of processes shows "
               "what is personal; the options below go before it");
}

absl::Status ReadRequest(const std::string& path, std::istream& in,
                         google::protobuf::Message& request) {
  if (path.empty()) return absl::OkStatus();
  const absl::StatusOr<std::string> json = ReadWhole(path, in);
  if (!json.ok()) return json.status();
  if (google::protobuf::util::JsonStringToMessage(*json, &request).ok()) return absl::OkStatus();
  const std::string& type = request.GetDescriptor()->full_name();
  return absl::InvalidArgumentError(absl::StrCat(path == "-" ? "standard input" : path,
                                                 " is no JSON of ", type,
                                                 ", which this shows: kyc describe ", type));
}

}  // namespace kyc::cli
