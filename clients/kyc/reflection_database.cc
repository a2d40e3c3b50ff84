#include "clients/kyc/reflection_database.h"

#include <google/protobuf/descriptor.pb.h>

#include <algorithm>

#include "absl/status/status.h"

namespace kyc::client {
namespace {

using google::protobuf::FileDescriptorProto;

// Servers differ in the order of the files: only the content tells which one declares the symbol.
bool Declares(const FileDescriptorProto& file, const std::string& symbol) {
  const std::string prefix = file.package().empty() ? "" : file.package() + ".";
  if (symbol.rfind(prefix, 0) != 0) return false;
  const std::string rest = symbol.substr(prefix.size());
  const std::string name = rest.substr(0, rest.find('.'));
  const auto named = [&name](const auto& declared) { return declared.name() == name; };
  const auto any = [&named](const auto& list) {
    return std::any_of(list.begin(), list.end(), named);
  };
  return any(file.message_type()) || any(file.enum_type()) || any(file.service()) ||
         any(file.extension());
}

}  // namespace

ReflectionDatabase::ReflectionDatabase(const std::shared_ptr<grpc::Channel>& channel,
                                       const CallOptions& options)
    : stub_(::grpc::reflection::v1::ServerReflection::NewStub(channel)) {
  Apply(options, context_);
  stream_ = stub_->ServerReflectionInfo(&context_);
}

ReflectionDatabase::~ReflectionDatabase() {
  if (!stream_status_.ok()) return;
  context_.TryCancel();
  stream_->Finish();
}

bool ReflectionDatabase::Ask(const Request& request, Response& response) {
  if (!stream_status_.ok()) return false;
  if (stream_->Write(request) && stream_->Read(&response)) return true;
  const grpc::Status end = stream_->Finish();
  stream_status_ =
      end.ok() ? absl::UnavailableError("the server ended its reflection stream")
               : absl::Status(static_cast<absl::StatusCode>(end.error_code()), end.error_message());
  return false;
}

absl::StatusOr<std::vector<std::string>> ReflectionDatabase::ListServices() {
  Request request;
  request.set_list_services("*");
  Response response;
  if (!Ask(request, response)) return stream_status_;
  if (!response.has_list_services_response()) {
    return absl::InternalError(response.error_response().error_message());
  }
  std::vector<std::string> names;
  for (const auto& service : response.list_services_response().service()) {
    names.push_back(service.name());
  }
  return names;
}

bool ReflectionDatabase::AskForFiles(const Request& request) {
  Response response;
  if (!Ask(request, response)) return false;
  for (const std::string& bytes : response.file_descriptor_response().file_descriptor_proto()) {
    FileDescriptorProto file;
    if (file.ParseFromString(bytes)) files_.emplace(file.name(), file);
  }
  return true;
}

bool ReflectionDatabase::FindFileByName(const std::string& name, FileDescriptorProto* output) {
  const auto known = files_.find(name);
  if (known != files_.end()) {
    *output = known->second;
    return true;
  }
  Request request;
  request.set_file_by_filename(name);
  if (!AskForFiles(request)) return false;
  const auto found = files_.find(name);
  if (found == files_.end()) return false;
  *output = found->second;
  return true;
}

bool ReflectionDatabase::FindFileContainingSymbol(const std::string& symbol,
                                                  FileDescriptorProto* output) {
  Request request;
  request.set_file_containing_symbol(symbol);
  if (!AskForFiles(request)) return false;
  for (const auto& [name, file] : files_) {
    if (!Declares(file, symbol)) continue;
    *output = file;
    return true;
  }
  return false;
}

// Extensions are proto2's: nothing that is served here has any.
bool ReflectionDatabase::FindFileContainingExtension(const std::string&, int,
                                                     FileDescriptorProto*) {
  return false;
}

}  // namespace kyc::client
