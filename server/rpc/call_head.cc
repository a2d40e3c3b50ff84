#include "server/rpc/call_head.h"

#include <algorithm>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/types/optional.h"
#include "server/rpc/callers.h"

namespace kyc::rpc {
namespace {

constexpr size_t kMaxIdBytes = 128;

using Metadata = std::multimap<grpc::string_ref, grpc::string_ref>;

absl::optional<absl::string_view> Header(const Metadata& metadata, const char* name) {
  const auto at = metadata.find(name);
  if (at == metadata.end()) return absl::nullopt;
  return absl::string_view(at->second.data(), at->second.size());
}

// The header's value where it can stand in a log line as it is.
std::string PlainHeader(const Metadata& metadata, const char* name) {
  const auto value = Header(metadata, name);
  if (!value.has_value() || value->size() > kMaxIdBytes) return "";
  const bool plain = std::all_of(value->begin(), value->end(), [](char c) {
    return c > ' ' && c <= '~' && c != '"' && c != '\\';
  });
  return plain ? std::string(*value) : "";
}

absl::Time DeadlineOf(const grpc::ServerContextBase& head, const config::Grpc& limits) {
  const absl::Time now = absl::Now();
  const absl::Time asked = absl::FromChrono(head.deadline());
  // gRPC gives a time far in the future when the caller set none.
  const bool unset = asked > now + absl::Hours(24 * 365);
  return unset ? now + limits.default_deadline : std::min(asked, now + limits.max_deadline);
}

}  // namespace

absl::StatusOr<const config::Caller*> CallerOf(const grpc::ServerContextBase& head,
                                               const std::vector<config::Caller>& callers) {
  const auto authorization = Header(head.client_metadata(), "authorization");
  return FindCaller(callers, authorization,
                    authorization.has_value() ? std::string() : head.peer());
}

CallContext ContextOf(const grpc::ServerContextBase& head, const config::Grpc& limits,
                      const config::Caller* caller) {
  CallContext context;
  context.request_id = PlainHeader(head.client_metadata(), "x-request-id");
  context.traceparent = PlainHeader(head.client_metadata(), "traceparent");
  context.deadline = DeadlineOf(head, limits);
  if (caller != nullptr) {
    context.caller = caller->name;
    context.allow_full_view = caller->allow_full_view;
    context.allow_admin = caller->allow_admin;
  }
  return context;
}

}  // namespace kyc::rpc
