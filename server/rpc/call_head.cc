#include "server/rpc/call_head.h"

#include <grpc/grpc_security_constants.h>
#include <grpc/support/time.h>

#include <algorithm>
#include <map>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "server/rpc/listener.h"

namespace kyc::rpc {
namespace {

constexpr size_t kMaxIdBytes = 128;
constexpr size_t kMaxPurposeBytes = 256;

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

// Whether a proxy says that it passes on what another sent.
bool WasForwarded(const Metadata& metadata) {
  constexpr absl::string_view kFamily = "x-forwarded-";
  const auto first = metadata.lower_bound(grpc::string_ref(kFamily.data(), kFamily.size()));
  if (first != metadata.end() &&
      first->first.starts_with(grpc::string_ref(kFamily.data(), kFamily.size()))) {
    return true;
  }
  static constexpr const char* kNames[] = {"forwarded",
                                           "via",
                                           "x-real-ip",
                                           "x-client-ip",
                                           "x-cluster-client-ip",
                                           "true-client-ip",
                                           "cf-connecting-ip",
                                           "x-original-forwarded-for",
                                           "x-envoy-external-address",
                                           "x-envoy-peer-metadata-id"};
  return absl::c_any_of(kNames, [&](const char* name) { return metadata.contains(name); });
}

std::vector<std::string> Names(const grpc::AuthContext& connection, const char* kind) {
  std::vector<std::string> names;
  for (const grpc::string_ref& name : connection.FindPropertyValues(kind)) {
    names.emplace_back(name.data(), name.size());
  }
  return names;
}

std::string PurposeIn(const Metadata& metadata) {
  const auto value = Header(metadata, "x-purpose");
  if (!value.has_value() || value->size() > kMaxPurposeBytes) return "";
  return std::string(*value);
}

}  // namespace

Shown ShownBy(const grpc::ServerContextBase& head) {
  Shown shown{.authorization = Header(head.client_metadata(), "authorization")};
  if (shown.authorization.has_value()) return shown;
  const auto connection = head.auth_context();
  shown.trusted = CameByTrusted(*connection);
  if (shown.trusted) {
    shown.forwarded = WasForwarded(head.client_metadata());
    return shown;
  }
  // The typed ones: in others a DNS name and a URI cannot be told apart.
  shown.has_certificate = connection->IsPeerAuthenticated();
  if (shown.has_certificate) {
    shown.dns_names = Names(*connection, GRPC_PEER_DNS_PROPERTY_NAME);
    shown.uris = Names(*connection, GRPC_PEER_URI_PROPERTY_NAME);
  }
  return shown;
}

absl::Duration TimeAsked(const grpc::ServerContext& head) {
  // Not by std::chrono, in which the longest times that callers may ask for are in the past.
  const gpr_timespec asked = head.raw_deadline();
  if (gpr_time_cmp(asked, gpr_inf_future(asked.clock_type)) == 0) return absl::InfiniteDuration();
  const gpr_timespec left = gpr_time_sub(asked, gpr_now(asked.clock_type));
  return absl::Seconds(left.tv_sec) + absl::Nanoseconds(left.tv_nsec);
}

std::string AddressOf(const grpc::ServerContextBase& head) {
  std::string peer = head.peer();
  return peer.substr(0, peer.rfind(':'));
}

int64_t HeaderBytes(const grpc::GenericServerContext& head) {
  constexpr int64_t kOfEach = 32;
  auto bytes = static_cast<int64_t>(head.method().size()) + kOfEach;
  for (const auto& [name, value] : head.client_metadata()) {
    bytes += static_cast<int64_t>(name.size() + value.size()) + kOfEach;
  }
  return bytes;
}

std::string RequestIdIn(const grpc::ServerContextBase& head) {
  return PlainHeader(head.client_metadata(), "x-request-id");
}

void FillIn(CallContext& context, const grpc::ServerContextBase& head, absl::Time deadline,
            const config::Caller* caller, const Sampling& sampling) {
  context.deadline = deadline;
  if (caller != nullptr) {
    context.span =
        StartSpan(ReadTraceparent(PlainHeader(head.client_metadata(), "traceparent")), sampling);
    context.caller = caller->name;
    context.allow_full_view = caller->allow_full_view;
    context.allow_admin = caller->allow_admin;
    context.allow_personal_data = caller->allow_personal_data;
    // Of others nothing is noted that they are let do.
    const bool is_noted = caller->allow_full_view || caller->allow_admin ||
                          caller->allow_personal_data || caller->allow_audit;
    if (is_noted) context.purpose = PurposeIn(head.client_metadata());
  }
}

}  // namespace kyc::rpc
