#include <string>
#include <utility>

#include "clients/kyc/commands/billed.h"
#include "clients/kyc/commands/files.h"
#include "clients/kyc/commands/makers.h"
#include "clients/kyc/commands/request_json.h"

namespace kyc::cli {
namespace {

using ::finpay::linkage::v1::CreateUpgradeAccountWidgetRequest;

class Widget final : public Command {
 public:
  void Declare(Options& options) override {
    DeclareData(options, data_);
    options.Text("--phone", "DIGITS", phone_, "the customer's: 62... or 08...");
    options.Text("--redirect", "URL", redirect_, "where the widget's Back button leads");
    options.Text("--ktp", "IMAGE", ktp_, "the e-KTP to show");
    options.Text("--selfie", "IMAGE", selfie_, "the customer with it, to show");
    billed_.Declare(options, "yours for this upgrade, unique: 10 to 64 bytes", Need::kOptional);
  }

  int Run(Session& session) override {
    CreateUpgradeAccountWidgetRequest request;
    absl::Status filled = ReadRequest(data_, session.in, request);
    if (filled.ok()) filled = Fill(session, request);
    if (!filled.ok()) return Fail(session, filled);
    billed_.Apply(request);
    return AskBilled(session, &kyc_gateway::Gateway::CreateUpgradeAccountWidget, request);
  }

 private:
  absl::Status Fill(Session& session, CreateUpgradeAccountWidgetRequest& request) const {
    if (!phone_.empty()) request.set_phone_no(phone_);
    if (!redirect_.empty()) request.set_redirect_final_url(redirect_);
    if (!billed_.reference.empty()) request.set_partner_reference_no(billed_.reference);
    absl::Status read = ReadIfNamed(ktp_, session.in, [&request](std::string image) {
      request.mutable_images()->mutable_ktp()->set_content(std::move(image));
    });
    if (!read.ok()) return read;
    return ReadIfNamed(selfie_, session.in, [&request](std::string image) {
      request.mutable_images()->mutable_selfie()->set_content(std::move(image));
    });
  }

  std::string data_, phone_, redirect_, ktp_, selfie_;
  Billed billed_;
};

}  // namespace

std::unique_ptr<Command> MakeWidget() { return std::make_unique<Widget>(); }

}  // namespace kyc::cli
