#include "server/grpc_methods.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "finpay/linkage/v1/linkage.pb.h"
#include "kyc/admin/v1/quarantine.pb.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "server/events/audited.h"
#include "server/once/keyed_method.h"
#include "widekyc/v1/widekyc.pb.h"

namespace kyc {
namespace {

using rpc::FieldPath;
using rpc::Method;

// What a request may hold beside its images.
constexpr size_t kBesideImages = 64 << 10;
// Two images and the rest.
constexpr size_t kBesideTwoImages = 1 << 20;

constexpr char kFinpay[] = "finpay.linkage.v1.UpgradeAccountService";
constexpr char kWideKyc[] = "widekyc.v1.WideKycService";

// A unary method of `service` whose only large field is `image`, and whose calls may have a key.
template <typename Request, typename Response>
Method WithImage(const std::string& name, const PaidCalls& calls,
                 const widekyc::WideKycService& service, int64_t max_image_bytes, int image,
                 absl::StatusOr<ReadyCall<Response>> (widekyc::WideKycService::*ready)(Request,
                                                                                       Blob)
                     const) {
  once::KeyedHandler<Request, Response> handler;
  handler.meter = calls.meter;
  handler.ready = [&service, ready](Request request, std::vector<Blob> blobs) {
    return (service.*ready)(std::move(request), std::move(blobs[0]));
  };
  handler.subject = [](const Request& request) { return request.cust_ref_no(); };
  return once::Keyed(calls.keyed, name, static_cast<size_t>(max_image_bytes) + kBesideImages,
                     {FieldPath{image}}, std::move(handler));
}

// A unary method of `service` without large fields.
template <typename Request, typename Response, typename Service>
Method Plain(const std::string& name, Service& service,
             void (Service::*handle)(CallContext, Request, Done<Response>)) {
  return rpc::Unary<Request, Response>(
      name, [&service, handle](CallContext context, Request request, Done<Response> done) {
        (service.*handle)(std::move(context), std::move(request), std::move(done));
      });
}

// What a request does, and about whom.
template <typename Request>
events::AuditNote NoteOf(const CallContext& context, std::string act, const Request& request) {
  if constexpr (requires { request.view(); }) {
    if (request.view() == ::netzme::v1::VIEW_FULL) act += " VIEW_FULL";
  }
  if constexpr (requires { request.id(); }) {
    absl::StrAppend(&act, " entry ", request.id());
  }
  events::AuditNote note = events::NoteOf(context, std::move(act));
  if constexpr (requires { request.original_reference_no(); }) {
    note.reference = request.original_reference_no();
  }
  if constexpr (requires { request.cust_id(); }) {
    note.cust_id = request.cust_id();
  }
  return note;
}

// One that is noted in the audit log before it is handled.
template <typename Request, typename Response, typename Service>
Method Audited(const std::string& name, Service& service, const Auditing& auditing,
               void (Service::*handle)(CallContext, Request, Done<Response>),
               size_t max_request_bytes = kBesideImages) {
  return rpc::Unary<Request, Response>(
      name, max_request_bytes, {},
      [&service, auditing, handle, act = name.substr(1)](CallContext context, Request request,
                                                         std::vector<Blob>, Done<Response> done) {
        events::AuditNote note = NoteOf(context, act, request);
        auditing.audit->Note(
            {std::move(note)},
            [&service, handle, loop = auditing.loop, context = std::move(context),
             request = std::move(request), done = std::move(done)](absl::Status noted) mutable {
              if (!noted.ok()) return std::move(done)(events::NotNoted());
              loop->Post([&service, handle, context = std::move(context),
                          request = std::move(request), done = std::move(done)]() mutable {
                (service.*handle)(std::move(context), std::move(request), std::move(done));
              });
            });
      });
}

}  // namespace

bool GoesToAnUpstream(absl::string_view method) {
  const absl::string_view service = method.substr(0, method.find('/'));
  return service == kFinpay || service == kWideKyc;
}

ServiceMethods MethodsOf(const finpay::UpgradeAccountService& service, int64_t max_image_bytes,
                         const PaidCalls& calls) {
  using Request = ::finpay::linkage::v1::CreateUpgradeAccountWidgetRequest;
  using Response = ::finpay::linkage::v1::CreateUpgradeAccountWidgetResponse;
  using ::finpay::linkage::v1::Image;
  using ::finpay::linkage::v1::Images;
  once::KeyedHandler<Request, Response> handler;
  handler.meter = calls.meter;
  handler.ready = [&service](Request request, std::vector<Blob> blobs) {
    finpay::WidgetImages images{std::move(blobs[0]), std::move(blobs[1])};
    return service.ReadyToCreateWidget(std::move(request), std::move(images));
  };
  handler.subject = [](const Request& request) { return request.partner_reference_no(); };
  ServiceMethods all{kFinpay, {}};
  all.methods.push_back(once::Keyed(
      calls.keyed, absl::StrCat("/", kFinpay, "/CreateUpgradeAccountWidget"),
      2 * static_cast<size_t>(max_image_bytes) + kBesideTwoImages,
      {{Request::kImagesFieldNumber, Images::kKtpFieldNumber, Image::kContentFieldNumber},
       {Request::kImagesFieldNumber, Images::kSelfieFieldNumber, Image::kContentFieldNumber}},
      std::move(handler)));
  all.methods.back().images_optional = true;
  return all;
}

ServiceMethods MethodsOf(const widekyc::WideKycService& service, int64_t max_image_bytes,
                         const PaidCalls& calls) {
  using Service = widekyc::WideKycService;
  const std::string name = kWideKyc;
  ServiceMethods all{name, {}};
  all.methods.push_back(WithImage("/" + name + "/DetectLiveness", calls, service, max_image_bytes,
                                  ::widekyc::v1::DetectLivenessRequest::kSelfieImageFieldNumber,
                                  &Service::ReadyToDetectLiveness));
  all.methods.push_back(WithImage("/" + name + "/RecognizeId", calls, service, max_image_bytes,
                                  ::widekyc::v1::RecognizeIdRequest::kIdImageFieldNumber,
                                  &Service::ReadyToRecognizeId));
  all.methods.push_back(WithImage("/" + name + "/ValidateId", calls, service, max_image_bytes,
                                  ::widekyc::v1::ValidateIdRequest::kSelfieImageFieldNumber,
                                  &Service::ReadyToValidateId));
  all.methods.back().images_optional = true;
  return all;
}

ServiceMethods MethodsOf(netzme::UpgradeService& service) {
  using Service = netzme::UpgradeService;
  const std::string name = "netzme.v1.UpgradeNotificationService";
  ServiceMethods all{name, {}};
  all.methods.push_back(rpc::ServerStream<::netzme::v1::WatchUpgradesRequest>(
      "/" + name + "/WatchUpgrades",
      [&service](rpc::Stream* stream, ::netzme::v1::WatchUpgradesRequest request) {
        return service.Watch(stream, std::move(request));
      }));
  all.methods.push_back(Plain("/" + name + "/GetUpgrade", service, &Service::Get));
  all.methods.push_back(Plain("/" + name + "/ListUpgrades", service, &Service::List));
  return all;
}

ServiceMethods MethodsOf(netzme::QuarantineService& service, const Auditing& auditing) {
  using Service = netzme::QuarantineService;
  const std::string name = "kyc.admin.v1.QuarantineService";
  ServiceMethods all{name, {}};
  all.methods.push_back(Plain("/" + name + "/ListQuarantined", service, &Service::List));
  all.methods.push_back(Audited("/" + name + "/GetQuarantined", service, auditing, &Service::Get));
  all.methods.push_back(Audited("/" + name + "/RedriveQuarantined", service, auditing,
                                &Service::Redrive, netzme::kMaxCorrectedBytes + kBesideImages));
  all.methods.push_back(
      Audited("/" + name + "/DiscardQuarantined", service, auditing, &Service::Discard));
  return all;
}

ServiceMethods MethodsOf(admin::AuditService& service, const Auditing& auditing) {
  const std::string name = "kyc.admin.v1.AuditService";
  ServiceMethods all{name, {}};
  all.methods.push_back(
      Audited("/" + name + "/ListAuditEntries", service, auditing, &admin::AuditService::List));
  return all;
}

// It shows nobody's data.
ServiceMethods MethodsOf(admin::UsageService& service) {
  const std::string name = "kyc.admin.v1.UsageService";
  ServiceMethods all{name, {}};
  all.methods.push_back(Plain("/" + name + "/ListUsage", service, &admin::UsageService::List));
  return all;
}

ServiceMethods MethodsOf(admin::EventLogService& service, const Auditing& auditing) {
  using Service = admin::EventLogService;
  const std::string name = "kyc.admin.v1.EventLogService";
  ServiceMethods all{name, {}};
  all.methods.push_back(Audited("/" + name + "/Backup", service, auditing, &Service::Backup));
  all.methods.push_back(
      Audited("/" + name + "/ReleaseRetention", service, auditing, &Service::ReleaseRetention));
  return all;
}

ServiceMethods MethodsOf(admin::PersonalDataService& service, const Auditing& auditing) {
  using Service = admin::PersonalDataService;
  const std::string name = "kyc.admin.v1.PersonalDataService";
  ServiceMethods all{name, {}};
  all.methods.push_back(
      Audited("/" + name + "/EraseReference", service, auditing, &Service::EraseReference));
  all.methods.push_back(
      Audited("/" + name + "/EraseCustomer", service, auditing, &Service::EraseCustomer));
  all.methods.push_back(
      Audited("/" + name + "/RestrictReference", service, auditing, &Service::RestrictReference));
  all.methods.push_back(
      Audited("/" + name + "/LiftRestriction", service, auditing, &Service::LiftRestriction));
  return all;
}

}  // namespace kyc
