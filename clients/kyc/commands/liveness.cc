#include <string>
#include <utility>

#include "clients/kyc/commands/billed.h"
#include "clients/kyc/commands/files.h"
#include "clients/kyc/commands/makers.h"

namespace kyc::cli {
namespace {

class Liveness final : public Command {
 public:
  void Declare(Options& options) override {
    options.Word("IMAGE", image_, "the selfie: JPEG, PNG or WebP; -: standard input",
                 Need::kRequired);
    billed_.Declare(options, "yours for this customer; the file's name where it is left out",
                    Need::kOptional);
  }

  int Run(Session& session) override {
    absl::StatusOr<std::string> image = ReadWhole(image_, session.in);
    if (!image.ok()) return Fail(session, image.status());
    ::widekyc::v1::DetectLivenessRequest request;
    request.set_cust_ref_no(billed_.reference.empty() ? StemOf(image_) : billed_.reference);
    request.set_selfie_image(*std::move(image));
    billed_.Apply(request);
    return AskBilled(session, &kyc_gateway::Gateway::DetectLiveness, request);
  }

 private:
  std::string image_;
  Billed billed_;
};

}  // namespace

std::unique_ptr<Command> MakeLiveness() { return std::make_unique<Liveness>(); }

}  // namespace kyc::cli
