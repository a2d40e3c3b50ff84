#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "clients/kyc/cli/reach.h"
#include "clients/kyc/cli/table.h"
#include "clients/kyc/commands/makers.h"
#include "clients/kyc/json_text.h"
#include "clients/kyc/reflection_database.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace kyc::cli {
namespace {

namespace health = ::grpc::health::v1;
using Status = health::HealthCheckResponse::ServingStatus;

class Health final : public Command {
 public:
  void Declare(Options& options) override {
    options.Words("SERVICE", services_, "which; else all, and the gateway as a whole",
                  Need::kOptional);
  }

  int Run(Session& session) override {
    const auto reached = Reach(session);
    if (!reached.ok()) return Fail(session, reached.status());
    auto names = services_.empty() ? AllOf(session, *reached)
                                   : absl::StatusOr<std::vector<std::string>>(services_);
    if (!names.ok()) return Fail(session, names.status());
    const auto stub = health::Health::NewStub(reached->gateway->channel());
    int worst = kDone;
    std::vector<Row> rows;
    for (const std::string& name : *names) {
      health::HealthCheckRequest request;
      request.set_service(name);
      const auto answer =
          CallOnce(session, *reached, *stub, &health::Health::Stub::Check, request, Calls::kReads);
      // Reflection's own service, say, of whose health nobody keeps record.
      const bool unknown = !answer.ok() && answer.error().code == grpc::StatusCode::NOT_FOUND;
      if (unknown && services_.empty()) continue;
      if (!answer.ok()) return Fail(session, answer.error());
      const std::string status = health::HealthCheckResponse::ServingStatus_Name(answer->status());
      if (answer->status() != health::HealthCheckResponse::SERVING) worst = kUnavailable;
      if (session.json) {
        session.out << client::ObjectJson({{"service", name}, {"status", status}}) << "\n";
      } else {
        rows.push_back({name.empty() ? "(the gateway)" : Printable(name), status});
      }
    }
    session.out << TableText({"SERVICE", "STATUS"}, rows, session.colours);
    return worst;
  }

 private:
  static absl::StatusOr<std::vector<std::string>> AllOf(const Session& session,
                                                        const Reached& reached) {
    auto headers = client::HeadersOf(session.access);
    if (!headers.ok()) return headers.status();
    client::ReflectionDatabase database(reached.gateway->channel(),
                                        {*std::move(headers), TimeoutOf(session)});
    auto names = database.ListServices();
    if (!names.ok()) return names;
    std::sort(names->begin(), names->end());
    names->insert(names->begin(), "");
    return names;
  }

  std::vector<std::string> services_;
};

}  // namespace

std::unique_ptr<Command> MakeHealth() { return std::make_unique<Health>(); }

}  // namespace kyc::cli
