#include "server/rpc/reflection.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <set>
#include <utility>

#include "absl/status/status.h"
#include "grpc/reflection/v1/reflection.pb.h"
#include "grpc/reflection/v1alpha/reflection.pb.h"

namespace kyc::rpc {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;

// Adds a file before everything that it imports, each once: some tools take the first one for the
// one they asked for.
template <typename Response>
void AddFile(const FileDescriptor* file, std::set<const FileDescriptor*>& added,
             Response& response) {
  if (!added.insert(file).second) return;
  google::protobuf::FileDescriptorProto proto;
  file->CopyTo(&proto);
  file->CopyJsonNameTo(&proto);  // Else tools print each field by its proto name.
  response.mutable_file_descriptor_response()->add_file_descriptor_proto(proto.SerializeAsString());
  for (int i = 0; i < file->dependency_count(); ++i) AddFile(file->dependency(i), added, response);
}

template <typename Response>
void AddFileOrError(const FileDescriptor* file, Response& response) {
  if (file == nullptr) {
    response.mutable_error_response()->set_error_code(
        static_cast<int>(absl::StatusCode::kNotFound));
    response.mutable_error_response()->set_error_message("Nothing of that name is served here.");
    return;
  }
  std::set<const FileDescriptor*> added;
  AddFile(file, added, response);
}

const FileDescriptor* FileOfExtension(const DescriptorPool& pool, const std::string& type,
                                      int number) {
  const auto* extended = pool.FindMessageTypeByName(type);
  const FieldDescriptor* extension =
      extended == nullptr ? nullptr : pool.FindExtensionByNumber(extended, number);
  return extension == nullptr ? nullptr : extension->file();
}

template <typename Request, typename Response>
Response AnswerTo(const Request& request, const std::vector<std::string>& services) {
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  Response response;
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;
  switch (request.message_request_case()) {
    case Request::kListServices:
      for (const std::string& name : services) {
        response.mutable_list_services_response()->add_service()->set_name(name);
      }
      break;
    case Request::kFileByFilename:
      AddFileOrError(pool.FindFileByName(request.file_by_filename()), response);
      break;
    case Request::kFileContainingSymbol:
      AddFileOrError(pool.FindFileContainingSymbol(request.file_containing_symbol()), response);
      break;
    case Request::kFileContainingExtension:
      AddFileOrError(FileOfExtension(pool, request.file_containing_extension().containing_type(),
                                     request.file_containing_extension().extension_number()),
                     response);
      break;
    case Request::kAllExtensionNumbersOfType: {
      const auto* type = pool.FindMessageTypeByName(request.all_extension_numbers_of_type());
      if (type == nullptr) {
        AddFileOrError<Response>(nullptr, response);
        break;
      }
      std::vector<const FieldDescriptor*> extensions;
      pool.FindAllExtensions(type, &extensions);
      auto& numbers = *response.mutable_all_extension_numbers_response();
      numbers.set_base_type_name(type->full_name());
      for (const FieldDescriptor* extension : extensions) {
        numbers.add_extension_number(extension->number());
      }
      break;
    }
    case Request::MESSAGE_REQUEST_NOT_SET:
      response.mutable_error_response()->set_error_code(
          static_cast<int>(absl::StatusCode::kInvalidArgument));
      response.mutable_error_response()->set_error_message("The request asks for nothing.");
  }
  return response;
}

template <typename Request, typename Response>
Method Reflection(std::string name, const std::vector<std::string>& services) {
  Method method;
  method.name = std::move(name);
  method.needs_caller = false;
  method.each = [services](grpc::ByteBuffer* bytes) -> absl::StatusOr<grpc::ByteBuffer> {
    Request request;
    if (absl::Status parsed = Parse(bytes, request); !parsed.ok()) return parsed;
    return Serialize(AnswerTo<Request, Response>(request, services));
  };
  return method;
}

}  // namespace

std::vector<Method> ReflectionMethods(std::vector<std::string> services) {
  namespace v1 = grpc::reflection::v1;
  namespace v1alpha = grpc::reflection::v1alpha;
  std::vector<Method> methods;
  methods.push_back(Reflection<v1::ServerReflectionRequest, v1::ServerReflectionResponse>(
      "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", services));
  methods.push_back(Reflection<v1alpha::ServerReflectionRequest, v1alpha::ServerReflectionResponse>(
      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", services));
  return methods;
}

}  // namespace kyc::rpc
